import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schedules } from '../../lib/contract/schedules.ts';
import { type Caller, caller, local } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { dumpOf } from '../support/table.ts';

/** The paths that only the local cloud has. */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const ask = (method: string, path: string, body?: unknown) => local(method, path, body, cloud.url);
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const seconds = (): number => Math.floor(Date.now() / 1000);

const anAdmin = async (): Promise<{ admin: Caller; id: string }> => {
  const admin = caller({}, cloud.url);
  const account = await aGithubAccount({}, [], cloud.standins['github']);
  return { admin, id: (await connectedGithub(admin, account)).id };
};

describe('POST /local/token', () => {
  it('signs what the web app’s issuer would: an hour for this user, organisation and role', async () => {
    const given = { userId: 'u1', organizationId: 'o1', role: 'member', personId: 'p1', plan: 'pro' };

    const { status, body } = await ask('POST', 'token', given);

    const { exp, iat, aud, iss, ...claims } = claimsOf(body.token);
    expect(status).toBe(200);
    expect(claims).toEqual({ sub: 'u1', org_id: 'o1', org_role: 'member', person_id: 'p1', plan: 'pro' });
    expect(Math.abs(Number(exp) - seconds() - 3600)).toBeLessThan(30);
    expect([aud, iss, typeof iat]).toEqual([
      'manageros-integrations',
      'https://issuer.manageros.local',
      'number',
    ]);
  });

  it('signs for as long as it is told', async () => {
    const { body } = await ask('POST', 'token', {
      userId: 'u1',
      organizationId: 'o1',
      role: 'admin',
      expiresIn: 60,
    });

    expect(Math.abs(Number(claimsOf(body.token)['exp']) - seconds() - 60)).toBeLessThan(30);
  });

  it.each([
    ['nothing', undefined],
    ['no user', { organizationId: 'o1' }],
    ['a list', []],
    ['null', null],
    ['text', 'u1'],
  ])('given %s says what it needs', async (_, body) => {
    const { status, body: answer } = await ask('POST', 'token', body);

    expect(status).toBe(400);
    expect(answer.message).toMatch(/userId is required|not an object/);
  });
});

describe('POST /local/assertion', () => {
  it('signs whom somebody manages, for five minutes, with the key the functions know', async () => {
    const { status, body } = await ask('POST', 'assertion', { sub: 'u1', managerOf: ['p1', 'p2'] });

    const [header = '', payload = '', signature = ''] = (body.token as string).split('.');
    const { assertion } = JSON.parse(readFileSync(join(cloud.data, 'issuer.json'), 'utf8')) as {
      assertion: JsonWebKey;
    };
    const { kty = '', crv = '', x = '' } = assertion;
    const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
    const { exp, ...claims } = claimsOf(body.token);
    expect(status).toBe(200);
    expect(claims).toEqual({ sub: 'u1', managerOf: ['p1', 'p2'] });
    expect(Math.abs(Number(exp) - seconds() - 300)).toBeLessThan(30);
    expect(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
  });

  it('lets a manager see what others may not', async () => {
    const { admin } = await anAdmin();
    const manager = caller({ organizationId: admin.organizationId, role: 'member' }, cloud.url);
    const path = '/persons/p1/activity?from=2026-01-01&to=2026-01-02';
    const { body } = await ask('POST', 'assertion', { sub: manager.userId, managerOf: ['p1'] });

    const without = await manager.get(path);
    const withIt = await manager.get(path, { headers: { 'x-manageros-assertion': body.token } });

    expect([without.status, withIt.status]).toEqual([403, 200]);
  });

  it.each([{}, { sub: 'u1' }, { sub: 'u1', managerOf: 'p1' }])(
    'given %j says what it needs',
    async (given) => {
      expect(await ask('POST', 'assertion', given)).toMatchObject({
        status: 400,
        body: { message: 'sub and managerOf are required' },
      });
    },
  );
});

describe('the clock', () => {
  it('is moved ahead, for what we store and not for tokens', async () => {
    const { admin } = await anAdmin();
    const token = await admin.token();
    const before = await ask('GET', 'clock');

    const moved = await ask('POST', 'clock', { advanceSeconds: 7200 });
    const later = await anAdmin();
    const { body } = await later.admin.get(`/integrations/${later.id}`);

    const difference = Date.parse(moved.body.now) - Date.parse(before.body.now);
    expect(moved.body.offsetSeconds - before.body.offsetSeconds).toBe(7200);
    expect(Math.abs(difference / 1000 - 7200)).toBeLessThan(30);
    expect(Date.parse(body.integration.createdAt)).toBeGreaterThanOrEqual(Date.parse(moved.body.now));
    expect((await ask('GET', 'clock')).body.offsetSeconds).toBe(moved.body.offsetSeconds);
    expect(await admin.token()).toBe(token);
    expect((await admin.get('/policy')).status).toBe(200);
  });

  it.each([
    {},
    { advanceSeconds: '60' },
    { advanceSeconds: -1 },
    { advanceSeconds: null },
    { advanceSeconds: 1e300 },
    [],
  ])('is not moved by %j', async (given) => {
    const before = await ask('GET', 'clock');

    const { status } = await ask('POST', 'clock', given);

    expect(status).toBe(400);
    expect((await ask('GET', 'clock')).body.offsetSeconds).toBe(before.body.offsetSeconds);
  });
});

describe('the schedules', () => {
  it('are those of the contract', async () => {
    const { body } = await ask('GET', 'schedules');

    expect(body).toEqual({ schedules: schedules.map(({ id, every }) => ({ id, every })) });
  });

  it('run when told, and wait for the jobs they queued', async () => {
    const { admin, id } = await anAdmin();
    await admin.delete(`/integrations/${id}`);

    const { status, body } = await ask('POST', 'schedules/sweep-events');

    expect(status).toBe(200);
    expect(body).toEqual({ id: 'sweep-events' });
    expect((await dumpOf(cloud)).filter((item) => item.includes(id) && !item.includes('#EVT#'))).toEqual([]);
  });

  it('that do not exist cannot be run', async () => {
    expect(await ask('POST', 'schedules/nothing')).toMatchObject({
      status: 404,
      body: { message: 'Not Found' },
    });
  });
});

describe('the metrics', () => {
  it('count what each operation and job asked of others, from zero', async () => {
    const { admin, id } = await anAdmin();
    await ask('POST', 'schedules/sweep-events');
    const cleared = await ask('DELETE', 'metrics');
    expect((await ask('GET', 'metrics')).body).toEqual({ operations: {} });

    await admin.get(`/integrations/${id}`);
    await admin.get(`/integrations/${id}`);
    await admin.delete(`/integrations/${id}`);
    await ask('POST', 'schedules/sweep-events');

    const { operations } = (await ask('GET', 'metrics')).body;
    expect(cleared.status).toBe(204);
    expect(operations['integrations.get']).toEqual({
      calls: 2,
      dynamodb: { requests: 2, writes: 0, readUnits: 2, writeUnits: 0 },
      kms: 0,
      sqs: 0,
      provider: 0,
    });
    expect(operations['integrations.delete']).toMatchObject({
      calls: 1,
      dynamodb: { writes: 1 },
      provider: 0,
    });
    expect(operations['events']).toMatchObject({ calls: 1, sqs: 1 });
    expect(operations['purge-integration']).toMatchObject({ calls: 1 });
    expect(operations['sweep-events'].calls).toBe(1);
  });
});

describe('the page to return to', () => {
  it('shows attempt and ticket by a script, as text', async () => {
    const { status, headers, text } = await ask('GET', 'return');

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html');
    expect(text).toContain('location.hash');
    expect(text).not.toContain('innerHTML');
  });
});

describe('other paths under /local', () => {
  it.each([
    ['GET', 'token'],
    ['GET', 'nothing'],
    ['DELETE', 'clock'],
    ['PUT', 'schedules/sweep-events'],
    ['POST', 'schedules/'],
    ['GET', '../local'],
  ])('%s /local/%s does not exist', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 404, body: { message: 'Not Found' } });
  });

  it('say so where the body is no JSON', async () => {
    const response = await fetch(`${cloud.url}/local/token`, { method: 'POST', body: '{' });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: 'The body is not valid JSON' });
  });
});
