import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExpiresIn } from '../../infra/local/standins/oauth/types.ts';
import { local } from '../support/api.ts';
import { type Connection, connect, lifetime } from './connection.ts';
import { type Rig, startRig } from './rig.ts';

/** What a token answer says, and what is stored of it. */

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ scale: 10, processes: 1 });
});
afterAll(() => rig.stop());

const strict = { graceSeconds: 0 };

/** The access token ends, and the connection is used. */
const used = async (connection: Connection): Promise<number> => {
  await rig.advance(lifetime + 1);
  return (await connection.use(connection.admin, 0)).status;
};

const healthOf = async ({ admin, id }: Connection) => (await admin.get(`/integrations/${id}/health`)).body;

describe('expires_in', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await connect(rig, 'grace', strict);
  });

  const secondsLeft = async (): Promise<number | null> => {
    const { tokenExpiresAt } = await healthOf(connection);
    if (tokenExpiresAt === undefined) return null;
    const { body } = await local('GET', 'clock', undefined, rig.urls[0]);
    return (Date.parse(tokenExpiresAt) - Date.parse(body.now)) / 1000;
  };

  // What is not known is refreshed once the provider rejects it, which the next row shows.
  it.each<[ExpiresIn, number | null]>([
    ['number', lifetime],
    ['missing', null],
    ['text', lifetime],
    ['zero', null],
    ['negative', null],
    ['nan', null],
    ['huge', 90 * 86_400],
    ['number', lifetime],
  ])('that is %s makes a life of %s seconds', async (expiresIn, life) => {
    const before = (await connection.tokenCalls()).length;
    await connection.policy({ expiresIn });

    expect(await used(connection)).toBe(200);

    expect(await connection.tokenCalls()).toHaveLength(before + 1);
    const left = await secondsLeft();
    if (life === null) expect(left).toBeNull();
    else {
      expect(left).toBeLessThanOrEqual(life);
      expect(left).toBeGreaterThan(life - 60);
    }
  });
});

it('keeps the refresh token where the answer has none', async () => {
  const connection = await connect(rig, 'grace', { rotates: false, refreshTokenOnRefresh: false });

  expect(await used(connection)).toBe(200);
  expect(await used(connection)).toBe(200);
  expect(await used(connection)).toBe(200);

  const calls = await connection.tokenCalls();
  expect(calls.map(({ outcome, issued }) => [outcome, issued?.refresh])).toEqual(
    calls.map(() => ['issued', null]),
  );
  expect(calls).toHaveLength(3);
  expect(new Set(calls.map(({ presented }) => presented)).size).toBe(1);
});

it('records scopes that went, and says so to whoever needs them', async () => {
  const connection = await connect(rig, 'grace', strict);
  const { id: family } = await connection.family();
  await connection.control('PATCH', `families/${family}`, { scopes: ['read:jira-user', 'offline_access'] });

  await used(connection);

  const { body } = await connection.admin.get(`/integrations/${connection.id}`);
  expect(body.integration.grantedScopes).not.toContain('read:jira-work');
  expect(body.integration.grantedScopes).toContain('read:jira-user');
  expect(await healthOf(connection)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
  expect((await connection.use(connection.admin, 0)).body).toMatchObject({
    code: 'missing_scope',
    consent: { scopes: ['read:jira-work'] },
  });
});

it('uses a token that cannot be refreshed until the provider ends it; then a person consents anew', async () => {
  const connection = await connect(rig, 'grace', {}, ['read:jira-user', 'read:jira-work']);
  await rig.advance(lifetime - 290);
  expect((await connection.use(connection.admin, 0)).status).toBe(200);

  await rig.advance(300);
  expect((await connection.use(connection.admin, 0)).body.code).toBe('needs_reauth');

  expect(await connection.tokenCalls()).toEqual([]);
  expect(await healthOf(connection)).toMatchObject({ state: 'needs_reauth', cause: 'credentials_rejected' });
});
