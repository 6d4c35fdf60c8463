import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call } from '../../infra/local/standins/standin.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { begin, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { control } from '../support/standins.ts';
import { until } from './connection.ts';

/** Google ends whatever an account consented to, also what somebody is consenting to at that moment. */

const provider = 'google_calendar';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const atGoogle = (path: string, body: object): Promise<unknown> =>
  control(provider, 'POST', path, body, bench.standins[provider]);

const revocations = async (): Promise<number> => {
  const origin = bench.standins[provider];
  const { calls } = await control<{ calls: Call[] }>(provider, 'GET', 'calls', undefined, origin);
  return calls.filter(({ path }) => path === '/revoke').length;
};

const anAccount = async () => {
  const user = `${newId('t')}@acme.example`;
  await atGoogle('users', { email: user });
  return { user, more: { settings: { calendarId: user } } };
};

/** An integration is deleted; while Google still ends its tokens, this happens. */
const whileEnding = async <T>(admin: Caller, id: string, happens: () => Promise<T>): Promise<T> => {
  await atGoogle('faults', { match: { path: '/revoke' }, times: 1, act: { kind: 'delay', ms: 1_000 } });
  const before = await revocations();
  await admin.delete(`/integrations/${id}`);
  const following = bench.follow();
  await until(async () => (await revocations()) > before);
  const result = await happens();
  await following;
  return result;
};

it('a consent completed while an older one of the account is ended is not stored: the next one is', async () => {
  const [admin, elsewhere] = [caller({}, bench.url), caller({}, bench.url)];
  const { user, more } = await anAccount();
  const { id } = await consent(admin, { provider, user, more });
  const back = await wentThrough(await begin(elsewhere, provider, 'user', more), { user });

  bench.faults.watch();
  const late = await whileEnding(admin, id, () => complete(elsewhere, back));
  const writes = bench.faults.unwatch().filter(({ operation }) => operation === 'TransactWriteItems');

  // Trying again is of no use, and is not done.
  expect(writes.length).toBeLessThan(10);
  expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  expect((await elsewhere.get('/integrations/connected')).body.integrations).toEqual([]);
  const next = await consent(elsewhere, { provider, user, scope: 'user', more });
  const { body } = await elsewhere.post(`/integrations/${next.id}/test`);
  expect(body).toMatchObject({ ok: true });
});

it('so with a consent in the place of an old one', async () => {
  const [admin, elsewhere] = [caller({}, bench.url), caller({}, bench.url)];
  const { user, more } = await anAccount();
  const { id } = await consent(admin, { provider, user, more });
  const other = await consent(elsewhere, { provider, ...(await anAccount()) });
  await elsewhere.post(`/integrations/${other.id}/reset`);
  await bench.follow();

  const late = await whileEnding(admin, id, () =>
    consentAgain(elsewhere, other.id, { user }, more).catch((error: Error) => error.message),
  );

  expect(late).toContain('409');
  const again = await consentAgain(elsewhere, other.id, { user }, more);
  expect(again).toMatchObject({ id: other.id, status: 'active' });
});

it('a consent whose account could not be read is completed by the next call', async () => {
  const admin = caller({}, bench.url);
  const { user, more } = await anAccount();
  const back = await wentThrough(await begin(admin, provider, 'organization', more), { user });
  const down = { kind: 'answer', status: 503, headers: { 'retry-after': '1' } };
  await atGoogle('faults', { match: { host: 'www.googleapis.com' }, times: 20, act: down });

  const failed = await complete(admin, back);
  await control(provider, 'DELETE', 'faults', undefined, bench.standins[provider]);
  const completed = await complete(admin, back);

  expect(failed.body).toMatchObject({ code: expect.stringMatching(/^provider_/) });
  expect([failed.status >= 500, completed.status]).toEqual([true, 201]);
  const { body } = await admin.post(`/integrations/${completed.body.integration.id}/test`);
  expect(body).toMatchObject({ ok: true });
});
