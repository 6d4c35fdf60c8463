import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aGithubAccount, aJiraSite } from '../support/standins.ts';
import { dumpOf, settled } from '../support/table.ts';
import {
  githubPerson,
  githubRow,
  jiraPerson,
  jiraRow,
  migrate,
  passphrase,
  preview,
  setPassphrase,
  statusOf,
} from './old-app.ts';

/** In a cloud of its own: whether the environment has the old app's passphrase, the right one, and what a preview writes. */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const credentials = async (phrase?: string) => {
  const site = await aJiraSite({}, cloud.standins['jira']);
  const account = await aGithubAccount({}, [], cloud.standins['github']);
  const rows = {
    userJiraCredentials: jiraRow(site, phrase),
    userGithubCredentials: githubRow(account, phrase),
  };
  const asked = async () =>
    (await site.calls()).filter(({ host }) => host === site.host).map(({ path }) => path);
  return { site, account, rows, asked };
};
const unreadable = {
  outcome: 'failed',
  code: 'conflict',
  detail: 'A legacy credential cannot be read with the passphrase of this environment.',
};

describe('an environment without the passphrase', () => {
  it('says so where one is needed, and takes rows that need none', async () => {
    await setPassphrase(null, cloud.url);
    const member = caller({ role: 'member' }, cloud.url);
    const { account, rows } = await credentials();
    const clear = { integrations: [{ id: 'old-1', provider: 'github', config: { token: account.token } }] };

    const replies = [await preview(member, rows), await migrate(member, rows)];
    const open = await migrate(member, clear);

    for (const reply of replies)
      expect(reply).toMatchObject({
        status: 409,
        body: { code: 'conflict', detail: 'The legacy passphrase of this environment is not set.' },
      });
    expect(open.body.integrations).toEqual([expect.objectContaining({ outcome: 'migrated' })]);
    expect(await statusOf(member)).toEqual({ jira: 'none', github: 'none' });
  });
});

describe('an environment with another passphrase', () => {
  it('says of each row that it cannot be read, asks no provider, and stores nothing', async () => {
    await setPassphrase('another phrase altogether', cloud.url);
    const member = caller({ role: 'member' }, cloud.url);
    const { rows, asked } = await credentials();
    await settled(cloud);
    const before = await dumpOf(cloud);

    const replies = [await preview(member, rows), await migrate(member, rows)];

    for (const { body } of replies)
      expect(body).toMatchObject({
        needsMigration: true,
        integrations: [
          { provider: 'jira', ...unreadable },
          { provider: 'github', ...unreadable },
        ],
      });
    expect(await dumpOf(cloud)).toEqual(before);
    expect(await asked()).toEqual([]);
  });

  it('migrates the same rows once the right one is set', async () => {
    await setPassphrase('another phrase altogether', cloud.url);
    const member = caller({ role: 'member' }, cloud.url);
    const { rows } = await credentials();
    await migrate(member, rows);

    await setPassphrase(passphrase, cloud.url);
    const { body } = await migrate(member, rows);

    expect(body).toMatchObject({
      needsMigration: false,
      integrations: [{ outcome: 'migrated' }, { outcome: 'migrated' }],
    });
  });
});

describe('a preview', () => {
  it('tells exactly what a run then does, writes nothing and asks no provider', async () => {
    await setPassphrase(passphrase, cloud.url);
    const member = caller({ role: 'member' }, cloud.url);
    const { site, account, rows, asked } = await credentials();
    const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');
    const all = {
      ...rows,
      personJiraAccounts: [jiraPerson(users[0]?.accountId ?? '')],
      personGithubAccounts: [githubPerson(account.login)],
      integrations: [{ id: 'old-2', provider: 'jira', config: {} }],
    };
    await settled(cloud);
    const before = await dumpOf(cloud);

    const previewed = await preview(member, all);
    await settled(cloud);
    const [after, askedThen] = [await dumpOf(cloud), await asked()];
    const run = await migrate(member, all);

    expect(after).toEqual(before);
    expect(askedThen).toEqual([]);
    type Told = { provider: string; outcome: string };
    const outcomesOf = (list: Told[]) => list.map(({ provider, outcome }) => `${provider} ${outcome}`);
    const told = [...outcomesOf(previewed.body.integrations), ...outcomesOf(previewed.body.links)];
    expect(previewed.body.needsMigration).toBe(true);
    expect(told).toEqual([
      'jira would_migrate',
      'github would_migrate',
      'jira failed',
      'jira would_migrate',
      'github would_migrate',
    ]);
    expect([...outcomesOf(run.body.integrations), ...outcomesOf(run.body.links)]).toEqual(
      told.map((one) => one.replace('would_migrate', 'migrated')),
    );
    expect(await dumpOf(cloud)).not.toEqual(before);
  });

  it('of nothing needs nothing', async () => {
    const member = caller({ role: 'member' }, cloud.url);

    expect((await preview(member, {})).body).toEqual({ needsMigration: false, integrations: [], links: [] });
  });
});
