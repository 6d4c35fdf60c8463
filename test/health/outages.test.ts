import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { moment } from '../integrations/told.ts';
import { type Caller, caller } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { aJiraSite, connectedJira, fault } from '../support/standins.ts';
import { anAccount } from './accounts.ts';
import { changesOf, eventsOf, healthOf, search, searches, shown } from './seen.ts';

/** A provider that is down makes nobody reconnect: the integration is degraded, and healthy again by itself. */

type Fail = (times: number, act: Fault['act']) => Promise<unknown>;
type Connection = { id: string; fail: Fail };

const byToken = async (admin: Caller): Promise<Connection> => {
  const site = await aJiraSite();
  const { id } = await connectedJira(admin, site);
  return { id, fail: (times, act) => site.fault({ times, act }) };
};
const byConsent = async (admin: Caller): Promise<Connection> => {
  const account = await anAccount('google_calendar');
  const { id } = await consent(admin, account);
  const path = encodeURIComponent(account.user);
  const fail: Fail = (times, act) =>
    fault('google_calendar', { match: { host: 'www.googleapis.com', path }, times, act });
  return { id, fail };
};
const kinds: [string, (admin: Caller) => Promise<Connection>][] = [
  ['an API token', byToken],
  ['a consent', byConsent],
];

const answer = (status: number, headers: Record<string, string> = {}): Fault['act'] => ({
  kind: 'answer',
  status,
  headers,
  body: {},
});
/** So often a call that may be repeated is tried before it counts as failed. */
const tries = 3;
const outages: [what: string, act: Fault['act'], code: string, tries: number][] = [
  ['a server error', answer(500), 'provider_error', tries],
  ['a gateway without its server', answer(503), 'provider_error', tries],
  ['connections that are cut', { kind: 'reset' }, 'provider_unreachable', tries],
  ['answers that are cut', { kind: 'cut' }, 'provider_unreachable', 1],
];

describe.each(kinds)('an integration connected with %s', (_kind, connect) => {
  it.each(outages)('is degraded by %s, once, and healthy with the next answer', async (...outage) => {
    const [, act, code, triesOfEach] = outage;
    const admin = caller();
    const { id, fail } = await connect(admin);
    const before = await healthOf(admin, id);
    await fail(5 * triesOfEach, act);

    const replies = await searches(admin, id, 5);
    const during = await healthOf(admin, id);
    const listed = (await admin.get('/integrations/connected')).body.integrations;
    const again = await search(admin, id);

    expect(replies.map(({ body }) => body.code)).toEqual(Array(5).fill(code));
    expect(before).toMatchObject({ state: 'healthy' });
    expect(during).toMatchObject({
      state: 'degraded',
      cause: 'provider_outage',
      lastError: { code, at: moment },
    });
    expect(during.since >= before.since).toBe(true);
    expect(listed).toEqual([
      expect.objectContaining({ id, status: 'active', enabled: true, health: { state: 'degraded' } }),
    ]);
    expect(again.status).toBe(200);
    const after = await healthOf(admin, id);
    expect(after).toMatchObject({ state: 'healthy' });
    expect(after).not.toHaveProperty('cause');
    expect(after.since >= during.since).toBe(true);
    expect(await changesOf(admin, id)).toEqual([
      { from: 'active', to: 'active', cause: 'provider_outage' },
      { from: 'active', to: 'active', cause: null },
    ]);
  });

  it('stays healthy while the provider limits it', async () => {
    const admin = caller();
    const { id, fail } = await connect(admin);
    await fail(5, answer(429, { 'retry-after': '600' }));

    const replies = await searches(admin, id, 5);

    expect(replies.map(({ body }) => body.code)).toEqual(Array(5).fill('provider_rate_limited'));
    expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy' });
    expect(await changesOf(admin, id)).toEqual([]);
    expect((await search(admin, id)).status).toBe(200);
  });

  it('stays healthy through a fault or two', async () => {
    const admin = caller();
    const { id, fail } = await connect(admin);

    await fail(2 * tries, answer(502));
    const [first, second, third] = await searches(admin, id, 3);
    await fail(2 * tries, answer(502));
    await searches(admin, id, 3);

    expect([first, second].map((reply) => reply?.body.code)).toEqual(['provider_error', 'provider_error']);
    expect(third?.status).toBe(200);
    expect(await changesOf(admin, id)).toEqual([]);
  });

  it('tells once of an outage that many calls find at the same moment', async () => {
    const admin = caller();
    const { id, fail } = await connect(admin);
    await fail(20 * tries, answer(500));

    await Promise.all(Array.from({ length: 20 }, (_, call) => search(admin, id, `a${call}`)));

    expect(await changesOf(admin, id)).toEqual([{ from: 'active', to: 'active', cause: 'provider_outage' }]);
  });
});

describe('a provider that does not answer at all', () => {
  it('asks nobody to reconnect either', async () => {
    const admin = caller();
    const { id, fail } = await byToken(admin);
    await fail(tries, { kind: 'hang' });

    const reply = await search(admin, id);

    expect(reply.body.code).toBe('provider_unreachable');
    expect(await shown(admin, id)).toMatchObject({ status: 'active', health: { state: 'healthy' } });
    expect((await search(admin, id)).status).toBe(200);
  });
});

describe('an outage that the provider passes on as an answer', () => {
  it('counts through the proxy as anywhere', async () => {
    const admin = caller();
    const { id, fail } = await byToken(admin);
    await fail(3 * tries, answer(503));
    const proxied = () => admin.get(`/integrations/${id}/proxy/rest/api/3/myself`);

    const statuses = [await proxied(), await proxied(), await proxied()].map(({ status }) => status);
    const during = await healthOf(admin, id);
    await proxied();

    expect(statuses).toEqual([503, 503, 503]);
    expect(during).toMatchObject({ state: 'degraded', cause: 'provider_outage' });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy' });
  });
});

describe('a token endpoint that is down', () => {
  it.each([
    ['answers with server errors', answer(500)],
    ['cuts connections', { kind: 'reset' }],
    ['limits', answer(429, { 'retry-after': '1' })],
  ] as [string, object][])('and %s costs no consent', async (_what, act) => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await account.fault(1, act);
    await account.expire('access');

    const refused = await search(admin, id);

    expect(refused).toMatchObject({ status: 503, body: { code: 'token_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await shown(admin, id)).toMatchObject({ status: 'active' });
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toEqual(['integration.created']);
  });
});
