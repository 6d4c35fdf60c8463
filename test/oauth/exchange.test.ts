import { describe, expect, it } from 'vitest';
import { footprint, partition, rowsOf } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller } from '../support/api.ts';
import { begin, beginAgain, complete, consent, wentThrough } from '../support/consent.ts';
import { plantedSecret } from '../support/secrets.ts';
import { anApp, aPerson, liveFamilies, type Provider, providers, tokenCalls, tokenFault } from './people.ts';

/** A code that cannot be exchanged, or tokens that turn out useless: nothing is connected, nothing kept. */

const token = plantedSecret('token');
const answer = (status: number, body: unknown, headers = {}) => ({ kind: 'answer', status, body, headers });

type Failure = [what: string, act: object, status: number, code: string];
const failures: Failure[] = [
  ['a 500', answer(500, 'oops'), 502, 'provider_error'],
  ['a 503 with a token', answer(503, { access_token: token }), 502, 'provider_error'],
  ['a page', answer(200, '<html>Welcome</html>', { 'content-type': 'text/html' }), 502, 'provider_error'],
  ['half of JSON', answer(200, '{"access_token":"'), 502, 'provider_error'],
  ['no token', answer(200, { ok: true }), 502, 'provider_error'],
  ['an empty token', answer(200, { access_token: '' }), 502, 'provider_error'],
  ['a list', answer(200, [token]), 502, 'provider_error'],
  ['an error beside a token', answer(200, { error: 'x', access_token: token }), 502, 'provider_error'],
  ['invalid_grant', answer(400, { error: 'invalid_grant' }), 422, 'provider_unauthorized'],
  ['invalid_client', answer(401, { error: 'invalid_client' }), 409, 'oauth_app_rejected'],
  ['unauthorized_client', answer(400, { error: 'unauthorized_client' }), 409, 'oauth_app_rejected'],
  ['a redirect elsewhere', answer(302, '', { location: 'https://evil.example/' }), 502, 'provider_error'],
  ['a reset', { kind: 'reset' }, 503, 'provider_unreachable'],
  ['half an answer', { kind: 'cut' }, 503, 'provider_unreachable'],
];

const ready = async (provider: Provider, admin: Caller = caller()) => {
  const person = await aPerson(provider);
  return { admin, person, back: await wentThrough(await begin(admin, provider), person) };
};

/** The attempt is over, and keeps nothing that somebody could still use. */
const expectOver = async (admin: Caller, back: { attempt: string; ticket: string }): Promise<void> => {
  expectProblem(await complete(admin, back), 404, 'not_found');
  const [attempt] = await partition(`ATTEMPT#${back.attempt.slice(4)}`);
  expect(attempt).toMatchObject({ status: 'burned', returned: null, verifier: null, ticketHash: null });
};

describe.each(providers)('%s, which answers a code with', (provider) => {
  it.each(failures)('%s', async (_, act, status, code) => {
    const { admin, person, back } = await ready(provider);
    await tokenFault(provider, person, act);

    const reply = await complete(admin, back);

    expectProblem(reply, status, code);
    expect(await rowsOf(admin)).toEqual([]);
    expect(await tokenCalls(provider, person)).toHaveLength(1);
    await expectOver(admin, back);
    expect(await tokenCalls(provider, person)).toHaveLength(1);
  });

  it('429 is asked again by who completes again, with the same ticket', async () => {
    const { admin, person, back } = await ready(provider);
    await tokenFault(provider, person, answer(429, { error: 'slow_down' }, { 'retry-after': '3' }));

    const refused = await complete(admin, back);

    expectProblem(refused, 503, 'provider_rate_limited');
    expect(refused.headers.get('retry-after')).toBe('3');
    expect(await rowsOf(admin)).toEqual([]);
    expect((await complete(admin, back)).status).toBe(201);
  });

  it('its real refusal of the app’s secret', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const { clientId } = await anApp(provider);
    await admin.put(`/providers/${provider}/app`, { clientId, clientSecret: plantedSecret('wrong') });
    const before = await footprint(admin);
    const back = await wentThrough(await begin(admin, provider), person);

    const reply = await complete(admin, back);

    expectProblem(reply, 409, 'oauth_app_rejected');
    expect((await footprint(admin)).rows).toEqual(before.rows);
    await expectOver(admin, back);
  });

  it('failing while it connects again: what was connected goes on', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const { id } = await consent(admin, { provider, ...person });
    const before = await footprint(admin);
    const back = await wentThrough(await beginAgain(admin, id), person);
    await tokenFault(provider, person, answer(500, 'oops'));

    expectProblem(await complete(admin, back), 502, 'provider_error');

    const after = await footprint(admin);
    expect({ listed: after.listed, rows: after.rows }).toEqual({ listed: before.listed, rows: before.rows });
    expect((await admin.post(`/integrations/${id}/test`)).body).toMatchObject({ ok: true });
  });
});

describe('tokens that turn out useless', () => {
  /** Two admins of one organisation consent at GitHub with one account: the second consent brings nothing new. */
  it('are ended at a provider that can end them alone, and the others work on', async () => {
    const { admin, person, back } = await ready('github');
    const { integration } = (await complete(admin, back)).body;
    const colleague = caller({ organizationId: admin.organizationId });
    const again = await wentThrough(await begin(colleague, 'github'), person);

    expectProblem(await complete(colleague, again), 409, 'already_connected');

    expect(await tokenCalls('github', person)).toHaveLength(2);
    expect(await liveFamilies('github', person)).toBe(1);
    expect((await admin.post(`/integrations/${integration.id}/test`)).body).toMatchObject({ ok: true });
    await expectOver(colleague, again);
  });

  it('are forgotten where ending them would end what others use', async () => {
    const { admin, person, back } = await ready('google_calendar');
    const { integration } = (await complete(admin, back)).body;
    const again = await wentThrough(await begin(admin, 'google_calendar'), person);

    expectProblem(await complete(admin, again), 409, 'already_connected');

    expect(await liveFamilies('google_calendar', person)).toBe(2);
    expect((await admin.post(`/integrations/${integration.id}/test`)).body).toMatchObject({ ok: true });
    await expectOver(admin, again);
  });
});
