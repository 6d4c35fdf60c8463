import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../infra/local/database.ts';
import type { TokenFault } from '../../infra/local/standins/oauth/types.ts';
import type { Reply } from '../support/api.ts';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import {
  aConnection,
  type Connection,
  credentialOf,
  isCurrent,
  refreshed,
  tokenFault,
} from './connection.ts';

/** Every way a request of the token endpoint can end, and what becomes of the connection by it. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench(shortTimes);
});
afterAll(() => bench.stop());

type Ending = {
  how: string;
  fault: Pick<TokenFault, 'when' | 'act'>;
  /** Seconds until it may be tried again, at least. */
  pause: number;
};
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Ending['fault'] => ({
  when: 'before',
  act: { kind: 'answer', status, headers, body },
});
const html = '<!doctype html><title>Sorry</title>';

const dead: Ending[] = [
  { how: 'invalid_grant', fault: answer(400, { error: 'invalid_grant' }), pause: 0 },
  { how: 'a 403, as Atlassian says it', fault: answer(403, { error: 'unauthorized_client' }), pause: 0 },
];
const ours: Ending[] = [
  { how: 'invalid_client', fault: answer(400, { error: 'invalid_client' }), pause: 30 },
  { how: 'access_denied, as Atlassian says it', fault: answer(401, { error: 'access_denied' }), pause: 30 },
  { how: 'a request it finds wrong', fault: answer(400, { error: 'invalid_request' }), pause: 30 },
];
const refused: Ending[] = [
  { how: '429', fault: answer(429, {}), pause: 30 },
  { how: '429 with a time', fault: answer(429, {}, { 'retry-after': '120' }), pause: 120 },
];
const unknown: Ending[] = [
  { how: '500', fault: answer(500, {}), pause: 30 },
  { how: '503 with a time', fault: answer(503, {}, { 'retry-after': '90' }), pause: 90 },
  { how: '500 that says invalid_grant', fault: answer(500, { error: 'invalid_grant' }), pause: 30 },
  { how: 'temporarily_unavailable', fault: answer(400, { error: 'temporarily_unavailable' }), pause: 30 },
  { how: 'a page', fault: answer(200, html, { 'content-type': 'text/html' }), pause: 30 },
  { how: '200 without a token', fault: answer(200, { token_type: 'bearer' }), pause: 30 },
  { how: 'half of a JSON', fault: answer(200, '{"access_token":"x'), pause: 30 },
  { how: 'a reset', fault: { when: 'before', act: { kind: 'reset' } }, pause: 30 },
  { how: 'a reset after the token was spent', fault: { when: 'after', act: { kind: 'reset' } }, pause: 30 },
  { how: 'half of its answer', fault: { when: 'after', act: { kind: 'cut' } }, pause: 30 },
  { how: 'nothing until the deadline', fault: { when: 'after', act: { kind: 'hang' } }, pause: 30 },
];

/** A refresh of a token that has expired, answered like this; then somebody uses the connection. */
const ended = async (connection: Connection, fault: Ending['fault']) => {
  bench.advance(3601);
  await tokenFault(connection, fault);
  const from = Date.now() + Number(process.env['CLOCK_OFFSET_MS']);
  const well = await refreshed(connection);
  const until = Date.now() + Number(process.env['CLOCK_OFFSET_MS']);
  const credential = await credentialOf(connection);
  const reply = await connection.admin.get(`/integrations/${connection.id}/proxy/rest/api/3/myself`);
  const pauses = {
    least: (credential.nextAttemptAt - until) / 1000,
    most: (credential.nextAttemptAt - from) / 1000,
  };
  return { well, credential, reply, pauses };
};

/** The changes of health that admins see, newest first. */
const told = async ({ admin }: Connection): Promise<unknown[]> => {
  const { body } = await admin.get('/audit?action=integration.health_changed');
  return (body.events as { outcome: string; actor: string }[]).map(
    ({ outcome, actor }) => `${actor} ${outcome}`,
  );
};
const shown = async ({ admin, id }: Connection) => {
  const { body } = await admin.get(`/integrations/${id}/health`);
  return { state: body.state as string, cause: (body.cause ?? null) as string | null };
};
const refusal = ({ status, body }: Reply) => ({ status, code: body.code as string });
const retryAfter = ({ headers }: Reply): number => Number(headers.get('retry-after'));

describe.each(dead)('a token endpoint that answers $how', ({ fault }) => {
  it('ends the connection until somebody consents again, and says so', async () => {
    const connection = await aConnection(bench, 'without a grace period');

    const { well, credential, reply } = await ended(connection, fault);

    expect(well).toBe(true);
    expect(credential).toMatchObject({
      state: 'needs_reauth',
      cause: 'revoked',
      leaseUntil: 0,
      intentCount: 0,
      tokenVersion: 1,
    });
    expect(credential.intentSince).toBeUndefined();
    expect(credential).not.toHaveProperty('due');
    expect(refusal(reply)).toEqual({ status: 409, code: 'needs_reauth' });
    expect(await shown(connection)).toEqual({ state: 'needs_reauth', cause: 'revoked' });
    expect(await told(connection)).toEqual(['system failed']);
  });
});

describe.each(ours)('a token endpoint that answers $how', ({ fault, pause }) => {
  it('finds fault with our app: nothing was spent, and callers are told', async () => {
    const connection = await aConnection(bench, 'without a grace period');

    const { well, credential, reply, pauses } = await ended(connection, fault);

    expect(well).toBe(true);
    expect(credential).toMatchObject({
      state: 'active',
      cause: 'app_rejected',
      leaseUntil: 0,
      intentCount: 0,
      tokenVersion: 1,
    });
    expect(credential.intentSince).toBeUndefined();
    expect(pauses.most).toBeGreaterThanOrEqual(pause);
    expect(pauses.least).toBeLessThanOrEqual(pause);
    expect(refusal(reply)).toEqual({ status: 409, code: 'oauth_app_rejected' });
    expect(await shown(connection)).toMatchObject({ cause: 'app_rejected' });
    expect(await told(connection)).toEqual(['system ok']);

    bench.advance(31);
    expect(await refreshed(connection)).toBe(true);
    expect(await isCurrent(connection)).toBe(true);
    expect(await shown(connection)).toEqual({ state: 'healthy', cause: null });
  });
});

const notSpent = async ({ credential, reply, pauses }: Awaited<ReturnType<typeof ended>>, pause: number) => {
  expect(credential).toMatchObject({
    state: 'active',
    cause: null,
    leaseUntil: 0,
    intentCount: 0,
    tokenVersion: 1,
  });
  expect(credential.intentSince).toBeUndefined();
  expect(pauses.most).toBeGreaterThanOrEqual(pause);
  expect(pauses.least).toBeLessThanOrEqual(pause);
  expect(refusal(reply)).toEqual({ status: 503, code: 'token_unavailable' });
  expect(retryAfter(reply)).toBeLessThanOrEqual(pause);
  expect(retryAfter(reply)).toBeGreaterThan(pause - 20);
};

describe.each(refused)('a token endpoint that answers $how', ({ fault, pause }) => {
  it('did not look at the token: nothing is in doubt, and it is tried later', async () => {
    const connection = await aConnection(bench, 'without a grace period');

    await notSpent(await ended(connection, fault), pause);

    expect(await told(connection)).toEqual([]);
    bench.advance(pause + 1);
    await refreshed(connection);
    expect(await isCurrent(connection)).toBe(true);
  });
});

it('a token endpoint that cannot be reached was surely not asked', async () => {
  const connection = await aConnection(bench, 'without a grace period');
  const { jira = '', ...others } = bench.standins;
  process.env['STANDIN_ORIGINS'] = JSON.stringify({
    ...others,
    jira: `http://127.0.0.1:${await freePort()}`,
  });

  const seen = await ended(connection, { when: 'before', act: { kind: 'delay', ms: 0 } });
  process.env['STANDIN_ORIGINS'] = JSON.stringify({ ...others, jira });

  await notSpent(seen, 30);
  bench.advance(31);
  await refreshed(connection);
  expect(await isCurrent(connection)).toBe(true);
});

describe.each(unknown)('a token endpoint that answers $how', ({ fault, pause }) => {
  it('leaves a doubt: the intent stays, the token is not given up, and the sweeper tries again', async () => {
    const connection = await aConnection(bench, 'with a grace period');

    const { well, credential, reply, pauses } = await ended(connection, fault);

    expect(well).toBe(true);
    expect(credential).toMatchObject({
      state: 'active',
      cause: null,
      leaseUntil: 0,
      intentCount: 1,
      tokenVersion: 1,
    });
    expect(credential.intentSince).toBeDefined();
    expect(pauses.most).toBeGreaterThanOrEqual(pause);
    expect(pauses.least).toBeLessThanOrEqual(pause);
    expect(refusal(reply)).toEqual({ status: 503, code: 'token_unavailable' });
    expect(retryAfter(reply)).toBeLessThanOrEqual(pause);
    expect(retryAfter(reply)).toBeGreaterThan(pause - 20);
    expect(await told(connection)).toEqual([]);

    bench.advance(pause + 1);
    await bench.runSchedule('recover-intents');
    await bench.drain();
    expect(await isCurrent(connection)).toBe(true);
    expect((await credentialOf(connection)).intentSince).toBeUndefined();
  });
});

describe('a doubt', () => {
  it('is not ended by an answer that says nothing of the first try', async () => {
    const connection = await aConnection(bench, 'with a grace period');
    await ended(connection, answer(500, {}));
    bench.advance(31);

    await tokenFault(connection, answer(429, {}));
    await refreshed(connection);

    const credential = await credentialOf(connection);
    expect(credential).toMatchObject({ state: 'active', intentCount: 2, leaseUntil: 0, tokenVersion: 1 });
    expect(credential.intentSince).toBeDefined();
  });

  it('that lasts is an outage of the provider, once, and is over with the first success', async () => {
    const connection = await aConnection(bench, 'with a grace period');
    for (let time = 0; time < 4; time += 1) {
      await ended(connection, answer(500, {}));
      bench.advance(600);
    }

    expect(await shown(connection)).toEqual({ state: 'degraded', cause: 'provider_outage' });
    expect(await told(connection)).toEqual(['system ok']);

    await refreshed(connection);
    expect(await isCurrent(connection)).toBe(true);
    expect(await shown(connection)).toEqual({ state: 'healthy', cause: null });
    expect(await told(connection)).toEqual(['system ok', 'system ok']);
  });

  it('waits longer each time, but within a grace period often enough', async () => {
    const [patient, quick] = [
      await aConnection(bench, 'that ends the old access token'),
      await aConnection(bench, 'with a grace period'),
    ];
    const pauses = async (connection: Connection): Promise<number[]> => {
      const all: number[] = [];
      for (let time = 0; time < 6; time += 1) {
        await tokenFault(connection, answer(500, {}));
        const from = Date.now() + Number(process.env['CLOCK_OFFSET_MS']);
        await refreshed(connection);
        all.push(Math.floor(((await credentialOf(connection)).nextAttemptAt - from) / 10_000) * 10);
        bench.advance(1_000);
      }
      return all;
    };

    expect(await pauses(patient)).toEqual([30, 60, 120, 240, 480, 900]);
    // A sixth of ten minutes.
    expect(await pauses(quick)).toEqual([30, 60, 100, 100, 100, 100]);
  });
});
