import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aGithubAccount, connectedGithub, control, type GithubAccount } from '../support/standins.ts';
import { counted, overAWeek, syncedOn } from './benched.ts';
import { recordsOf } from './synced.ts';

/** Who belongs to the organisations of a GitHub account, as records. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const at = () => bench.standins['github'];
const anAccount = (more = {}, scopes?: readonly string[]) => aGithubAccount(more, scopes, at());
const organization = (login: string, more: object): Promise<unknown> =>
  control('github', 'POST', 'organizations', { login, ...more }, at());
const askedForMembers = async (account: GithubAccount): Promise<number> =>
  (await account.calls()).filter(({ path }) => /orgs|organizations/.test(path)).length;

/** An account in two organisations of different sizes, who share one member beside it. */
const inTwo = async (scopes?: readonly string[]) => {
  const admin = caller({}, bench.url);
  const account = await anAccount({}, scopes);
  const [both, ...others] = await Promise.all(
    Array.from({ length: 4 }, () => anAccount({ name: 'Somebody', email: null })),
  );
  const [first, second] = [`${account.login}-a`, `${account.login}-b`];
  const member = ({ login }: GithubAccount) => ({ login });
  if (!both) throw new Error('Nobody.');
  await organization(first, { members: [account, both, ...others].map(member) });
  await organization(second, { members: [account, both].map(member) });
  const { id } = await connectedGithub(admin, account);
  return { admin, id, account, both, others, first, second };
};
const personsOf = (admin: Caller, id: string) => recordsOf(admin, id, '&type=person');

describe('the members of an account’s organisations', () => {
  it('are persons by their login, each once', async () => {
    const { admin, id, account, both, others } = await inTwo();

    const run = await syncedOn(bench, admin, id);

    const persons = await personsOf(admin, id);
    const logins = [account, both, ...others].map(({ login }) => login);
    expect([...persons.keys()].toSorted()).toEqual(logins.map((login) => `person ${login}`).toSorted());
    expect(run).toMatchObject({
      state: 'succeeded',
      processed: 7,
      counts: counted({ created: 5, skipped: 2 }),
    });
    expect(persons.get(`person ${both.login}`)).toMatchObject({
      title: both.login,
      fields: { login: both.login },
      url: `https://github.com/${both.login}`,
    });
  });

  it('are read once a day', async () => {
    const { admin, id, account, first } = await inTwo();
    await syncedOn(bench, admin, id);
    const newcomer = await anAccount();
    await organization(first, { members: [{ login: newcomer.login }] });
    const before = await askedForMembers(account);

    bench.advance(86_300);
    await syncedOn(bench, admin, id);
    const between = await askedForMembers(account);
    bench.advance(200);
    const run = await syncedOn(bench, admin, id);

    expect([before, between]).toEqual([3, 3]);
    expect(run.counts).toMatchObject({ created: 1, skipped: 7 });
    expect([...(await personsOf(admin, id)).keys()]).toContain(`person ${newcomer.login}`);
  });

  it('are gone with the next whole run once they left', async () => {
    const { admin, id, both, others, first, second } = await inTwo();
    await syncedOn(bench, admin, id);
    await organization(first, { left: [both.login, others[0]?.login] });

    bench.advance(overAWeek);
    const run = await syncedOn(bench, admin, id);

    const persons = await personsOf(admin, id);
    expect(run).toMatchObject({ full: true, counts: { removed: 1 } });
    expect(persons.has(`person ${both.login}`), second).toBe(true);
    expect(persons.has(`person ${others[0]?.login}`)).toBe(false);
  });

  it('are none to a token that may not see them, whose tasks are synced all the same', async () => {
    const { admin, id, account } = await inTwo(['repo']);
    const repository = `${account.login}/things`;
    await control('github', 'POST', 'repositories', { repository }, at());
    await control('github', 'POST', 'issues', { repository, author: account.login, count: 2 }, at());

    const run = await syncedOn(bench, admin, id);

    expect(run).toMatchObject({ state: 'succeeded', counts: counted({ created: 2 }) });
    expect((await personsOf(admin, id)).size).toBe(0);
  });

  it('are all found where an organisation has more than a page of them', async () => {
    const admin = caller({}, bench.url);
    const account = await anAccount();
    const logins = Array.from({ length: 200 }, (_, index) => `${account.login}-${index}`);
    for (const login of logins) await control('github', 'POST', 'users', { login }, at());
    await organization(`${account.login}-c`, {
      members: [account.login, ...logins].map((login) => ({ login })),
    });
    const { id } = await connectedGithub(admin, account);

    const run = await syncedOn(bench, admin, id);

    expect(run.counts).toEqual(counted({ created: 201 }));
    expect((await personsOf(admin, id)).size).toBe(201);
  });
});
