import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { local } from '../support/api.ts';
import { connect, lifetime, until } from './connection.ts';
import { type Rig, startRig } from './rig.ts';

/** When a token is refreshed, and what callers see of it; two processes, times a quarter. */

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ scale: 4, processes: 2 });
});
afterAll(() => rig.stop());

const strict = { graceSeconds: 0 };

describe('a token within five minutes of its end', () => {
  it('is used, and refreshed once for all callers; both new tokens are saved before they are used', async () => {
    const connection = await connect(rig, 'grace', strict);
    const users = await connection.users(20);
    await rig.advance(lifetime - 290);

    const answers = await Promise.all(users.map(connection.use));

    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
    await until(async () => (await connection.family()).refreshed === 1);
    // The old access token ended with the refresh: whoever is served has the new one.
    const later = await Promise.all(users.map(connection.use));
    expect(later.map(({ status }) => status)).toEqual(users.map(() => 200));
    expect(await connection.tokenCalls()).toHaveLength(1);

    await rig.advance(lifetime + 1);
    expect((await connection.use(connection.admin, 0)).status).toBe(200);
    const [first, second, ...more] = await connection.tokenCalls();
    expect(more).toEqual([]);
    expect(second).toMatchObject({ presented: first?.issued?.refresh, outcome: 'issued' });
  });

  it('costs two writes and a call of the provider', async () => {
    const connection = await connect(rig, 'grace', strict);
    await rig.advance(lifetime - 290);
    await Promise.all(rig.urls.map((url) => local('DELETE', 'metrics', undefined, url)));

    await connection.use(connection.admin, 0);
    await until(async () => (await connection.family()).refreshed === 1);

    const refreshes = async () => {
      const all = await Promise.all(rig.urls.map((url) => local('GET', 'metrics', undefined, url)));
      return all.flatMap(({ body }) => body.operations.refresh ?? []);
    };
    await until(async () => (await refreshes()).length === 1);
    const [cost] = await refreshes();
    expect(cost).toMatchObject({ calls: 1, provider: 1, sqs: 0, dynamodb: { writes: 2 } });
  });

  it('is not refreshed before', async () => {
    const connection = await connect(rig, 'grace', strict);
    await rig.advance(lifetime - 400);

    expect((await connection.use(connection.admin, 0)).status).toBe(200);
    expect((await connection.use(connection.admin, 1)).status).toBe(200);

    await rig.advance(399);
    expect((await connection.use(connection.admin, 0)).status).toBe(200);
    await until(async () => (await connection.family()).refreshed === 1);
    expect(await connection.tokenCalls()).toHaveLength(1);
  });
});

describe('a token that is still valid', () => {
  it('is served at once while the token endpoint hangs', async () => {
    const connection = await connect(rig, 'none');
    await connection.fault({ when: 'before', times: 1, act: { kind: 'delay', ms: rig.scaled(40_000) } });
    await rig.advance(lifetime - 290);

    const first = await connection.use(connection.admin, 0);
    await until(async () => (await connection.tokenCalls()).length === 1);
    const users = await connection.users(10);
    const answers = await Promise.all(users.map(connection.use));
    const open = await connection.tokenCalls();

    expect([first, ...answers].map(({ status }) => status)).toEqual([first, ...answers].map(() => 200));
    // All were served while the one request was still open.
    expect(open.map(({ outcome }) => outcome)).toEqual([null]);
  });

  it('is served while the token endpoint fails', async () => {
    const connection = await connect(rig, 'none');
    await connection.fault({ when: 'before', times: 9, act: { kind: 'answer', status: 500 } });
    await rig.advance(lifetime - 290);

    expect((await connection.use(connection.admin, 0)).status).toBe(200);
    await until(async () => (await connection.tokenCalls()).length === 1);
    expect((await connection.use(connection.admin, 0)).status).toBe(200);
    expect((await connection.use(connection.admin, 1)).status).toBe(200);
  });
});

describe('a grant that is dead', () => {
  it('is found out by one call, makes the integration needs_reauth for all, and is an event', async () => {
    const connection = await connect(rig, 'grace', strict);
    const { id: family } = await connection.family();
    await connection.control('POST', `families/${family}/revoke`);
    const users = await connection.users(20);
    await rig.advance(lifetime + 1);

    const answers = await Promise.all(users.map(connection.use));

    expect(answers.map(({ body }) => body.code)).toEqual(users.map(() => 'needs_reauth'));
    expect(await connection.tokenCalls()).toHaveLength(1);
    const health = await connection.admin.get(`/integrations/${connection.id}/health`);
    expect(health.body).toMatchObject({ state: 'needs_reauth', cause: 'revoked' });
    const audit = await connection.admin.get('/audit?action=integration.health_changed');
    expect(audit.body.events).toEqual([
      expect.objectContaining({ target: connection.id, actor: 'system', outcome: 'failed' }),
    ]);
  });
});
