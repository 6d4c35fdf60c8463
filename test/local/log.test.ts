import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aCompany, type Company } from '../security/company.ts';
import { local, newId, type Reply, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';

/** What functions log: one line a call, with who, what, how it ended and what it cost, and nothing of its content. */

let cloud: Cloud;
let company: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

type Line = Record<string, unknown>;
const text = (): string => readFileSync(join(cloud.data, 'functions.log'), 'utf8');
/** The lines of a call, once they are written: the log is a little behind. */
const linesOf = (requestId: string | null): Promise<Line[]> =>
  vi.waitFor(() => {
    const found = text()
      .split('\n')
      .filter((line) => line.includes(requestId ?? 'none'));
    if (found.length === 0) throw new Error(`There is no line of ${requestId}.`);
    return found.map((line) => JSON.parse(line) as Line);
  });
/** Waits until all is written that was logged before. */
const written = async (): Promise<void> => {
  await linesOf(idOf(await request(`${cloud.url}/api/v1/health`)));
};
const idOf = ({ headers }: Reply): string | null => headers.get('x-request-id');

const calls = {
  dynamodb: {
    requests: expect.any(Number),
    writes: expect.any(Number),
    readUnits: expect.any(Number),
    writeUnits: expect.any(Number),
  },
  kms: expect.any(Number),
  sqs: expect.any(Number),
  provider: expect.any(Number),
};
const common = { at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), ms: expect.any(Number), calls };

describe('a call that succeeds', () => {
  it('is one line of what it was and what it cost', async () => {
    const { admin, organization } = company;

    const reply = await admin.post(`/integrations/${organization.integrationId}/search`, { query: 'ada' });

    expect(await linesOf(idOf(reply))).toEqual([
      {
        ...common,
        level: 'info',
        message: 'answered',
        operation: 'integrations.search',
        requestId: idOf(reply),
        organization: admin.organizationId,
        user: admin.userId,
        status: 200,
        calls: { ...calls, provider: 1 },
      },
    ]);
  });

  it('by nobody in particular names nobody', async () => {
    const reply = await request(`${cloud.url}/api/v1/health`);

    expect(await linesOf(idOf(reply))).toEqual([
      {
        ...common,
        level: 'info',
        message: 'answered',
        operation: 'system.health',
        requestId: idOf(reply),
        organization: null,
        user: null,
        status: 200,
      },
    ]);
  });
});

describe('a call that is refused', () => {
  it.each([
    ['for its shape', 400, 'invalid_request', ({ admin }: Company) => admin.put('/policy', { a: 1 })],
    ['for its caller', 403, 'forbidden', ({ member }: Company) => member.put('/policy', {})],
    ['for what is not there', 404, 'not_found', ({ admin }: Company) => admin.get('/links/lnk_x')],
  ] as const)('%s is one line with the code', async (_, status, code, call) => {
    const reply = await call(company);

    const [line, ...more] = await linesOf(idOf(reply));
    expect(more).toEqual([]);
    expect(line).toEqual({
      ...common,
      level: 'info',
      message: 'refused',
      operation: expect.stringMatching(/^[a-z]+\.[a-z]+$/),
      requestId: idOf(reply),
      organization: status === 400 ? null : company.admin.organizationId,
      user: status === 400 ? null : expect.stringMatching(/^user_/),
      status,
      code,
    });
  });

  it('through a fault that is not the caller’s tells of the error too, but not what it said', async () => {
    const { admin, organization, site } = company;
    const words = newId('words');
    await site.fault({ times: 1, act: { kind: 'answer', status: 501, body: { message: words } } });

    const reply = await admin.post(`/integrations/${organization.integrationId}/search`, { query: 'ada' });

    const [line, ...more] = await linesOf(idOf(reply));
    expect(more).toEqual([]);
    expect(line).toEqual({
      ...common,
      level: 'error',
      message: 'refused',
      operation: 'integrations.search',
      requestId: idOf(reply),
      organization: admin.organizationId,
      user: admin.userId,
      status: 502,
      code: 'provider_error',
      error: {
        name: expect.stringMatching(/^AppError: /),
        code: 'provider_error',
        stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
        cause: null,
      },
    });
    expect(text()).not.toContain(words);
  });

  it('by the gateway itself is no line of a function', async () => {
    // A schedule may write a line of its own at any time.
    const ofCalls = (): number => text().match(/"message":"(answered|refused)"/g)?.length ?? 0;
    await written();
    const before = ofCalls();

    await request(`${cloud.url}/api/v1/policy`);
    await request(`${cloud.url}/api/v1/nothing`);
    await written();

    expect(ofCalls()).toBe(before + 1);
  });
});

describe('the log', () => {
  it('holds nothing of what was sent, stored or answered', async () => {
    const { admin, organization } = company;
    const { entity, external, integrationId } = organization;
    const [query, name, header] = [newId('query'), newId('name'), newId('header')];

    await admin.post(`/integrations/${integrationId}/search`, { query }, { headers: { 'x-custom': header } });
    await admin.patch(`/integrations/${integrationId}`, { name, version: organization.version });
    await admin.get(`/links?entityType=${entity.type}&entityId=${entity.id}`);
    await settled(cloud);
    await written();

    const log = text();
    for (const content of [
      query,
      name,
      header,
      entity.id,
      external.id,
      integrationId,
      'Bearer',
      'eyJ',
      'atlassian.net',
    ])
      expect(log, content).not.toContain(content);
  });

  it('is JSON line by line, jobs and schedules included', async () => {
    const { admin, spare } = company;
    const made = await admin.post('/integrations/connect', {
      provider: 'jira',
      scope: 'organization',
      auth: 'api_token',
      ...spare.connection,
    });
    await admin.delete(`/integrations/${made.body.integration.id}`);
    await local('POST', 'schedules/sweep-events', undefined, cloud.url);
    await written();

    const lines = text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

    const work = lines.filter(({ operation }) =>
      ['events', 'purge-integration', 'sweep-events'].includes(String(operation)),
    );
    expect(new Set(work.map(({ operation }) => operation)).size).toBe(3);
    for (const line of work)
      expect(line).toEqual({
        ...common,
        level: 'info',
        message: 'done',
        operation: expect.any(String),
        requestId: expect.any(String),
      });
  });
});
