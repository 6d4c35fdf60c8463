import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, company, newId } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';

/** Who was erased and came back keeps what they have made since, also when it is looked once more for what was left. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const erased = async (admin: Caller, subject: object): Promise<void> => {
  expect((await admin.post('/erase', { subject })).status).toBe(202);
  await bench.drain();
};
/** The second look. */
const anHourLater = async (): Promise<void> => {
  bench.advance(3_700);
  await bench.runSchedule('purge');
  await bench.drain();
};
const connectedOwn = async (who: Caller): Promise<string> =>
  (await connectedGithub(who, await aGithubAccount({}, [], bench.standins['github']), 'user')).id;
const statesOf = async (admin: Caller): Promise<string[]> =>
  (await admin.get('/erase')).body.erasures.map(({ state }: { state: string }) => state);

it('an integration a member connects after they were erased stays, and the old one is gone', async () => {
  const { admin, member } = company(bench.url);
  const before = await connectedOwn(member);
  await erased(admin, { kind: 'user', id: member.userId });
  bench.advance(300);
  const since = await connectedOwn(member);

  await anHourLater();

  expect((await member.get(`/integrations/${before}`)).status).toBe(404);
  expect((await member.post(`/integrations/${since}/test`)).body).toMatchObject({ ok: true });
  expect(await statesOf(admin)).toEqual(['done']);
});

it('a link that is made after its entity was erased stays', async () => {
  const { admin } = company(bench.url);
  const account = await aGithubAccount({}, ['repo'], bench.standins['github']);
  const { id: integrationId } = await connectedGithub(admin, account);
  const entity = { type: 'Person', id: newId('p') };
  const external = { type: 'person', id: account.login };
  const link = () => admin.post('/links', { entity, integrationId, external });
  const links = async () =>
    (await admin.get(`/links?entityType=Person&entityId=${entity.id}`)).body.links.length;
  await link();
  await erased(admin, { kind: 'entity', entity });
  const gone = await links();
  bench.advance(300);
  await link();

  await anHourLater();

  expect([gone, await links()]).toEqual([0, 1]);
});
