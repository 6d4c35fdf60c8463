import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../lib/contract/openapi.ts';
import { attempt, type Line, lines, onlyReads } from '../security/call.ts';
import { aCompany, type Company, subjects } from '../security/company.ts';
import { type Reply, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { complaintsOf } from '../support/json-schema.ts';

/** What the running cloud answers, held to its own document by a reader that knows nothing of the code behind. */

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

type Responses = Record<string, { content?: Record<string, { schema?: unknown }> }>;
const document = openApi();
const paths = document['paths'] as Record<string, Record<string, { responses: Responses }>>;

const responsesOf = ({ operation, way }: Line): Responses => {
  const method = (way.method ?? operation.methods[0] ?? 'GET').toLowerCase();
  return paths[operation.path.replace('{path+}', '{path}')]?.[method]?.responses ?? {};
};

/** What an answer has against what the document says of it. */
const complaints = (line: Line, { status, headers, body, text }: Reply): string[] => {
  const passedOn = headers.get('x-answered-by') === 'provider';
  const response = responsesOf(line)[passedOn ? 'default' : status];
  if (!response) return [`${status} is not described`];
  const type = headers.get('content-type')?.split(';')[0] ?? null;
  if (!response.content) return text === '' ? [] : [`${status} has a body`];
  const described = response.content[type ?? ''] ?? response.content['*/*'];
  if (!described) return [`${status} comes as ${type}`];
  return described.schema === undefined ? [] : complaintsOf(document, described.schema, body);
};

describe.each(lines)('$name', (line) => {
  it('answers as described', async () => {
    const own = onlyReads(line) ? company : await aCompany(cloud);

    for (const name of subjects) {
      const reply = await attempt(cloud, line, own, own[name], own[name].holder);
      expect(complaints(line, reply), reply.text.slice(0, 500)).toEqual([]);
    }
  });

  it('refuses as described', async () => {
    const replies = [
      await attempt(cloud, line, company, company.organization, company.stranger),
      await attempt(cloud, line, company, company.organization, company.member),
    ];

    for (const reply of replies) expect(complaints(line, reply), reply.text.slice(0, 500)).toEqual([]);
  });
});

describe('an answer', () => {
  it('that were not as described would be noticed', async () => {
    const line = lines.find(({ name }) => name === 'integrations.get') as Line;
    const reply = await attempt(cloud, line, company, company.organization, company.admin);
    const { integration } = reply.body;
    const { version: _, ...lacking } = integration;

    const changed = [
      lacking,
      { ...integration, more: 1 },
      { ...integration, enabled: 'yes' },
      { ...integration, createdAt: 'today' },
    ];

    expect(complaints(line, reply)).toEqual([]);
    for (const one of changed)
      expect(complaints(line, { ...reply, body: { integration: one } })).not.toEqual([]);
  });

  it('to the same link again is the other one that is described', async () => {
    const line = lines.find(({ name }) => name === 'links.create') as Line;
    const { admin, organization } = company;
    const { entity, integrationId, external } = organization;

    const reply = await admin.post('/links', { entity, integrationId, external });

    expect(reply.status).toBe(200);
    expect(complaints(line, reply)).toEqual([]);
  });
});

describe('GET /openapi.json', () => {
  const url = (): string => `${cloud.url}/api/v1/openapi.json`;

  it('is the document', async () => {
    const { status, body, headers } = await request(url());

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual(document);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await request(url())).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);

    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, text, headers } = await request(url(), { headers: { 'if-none-match': tag } });
      expect(status, tag).toBe(304);
      expect(text).toBe('');
      expect(headers.get('etag')).toBe(etag);
    }
    for (const tag of ['"other"', etag.slice(1, -1)])
      expect((await request(url(), { headers: { 'if-none-match': tag } })).status, tag).toBe(200);
  });
});
