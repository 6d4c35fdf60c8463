import { beforeAll, describe, expect, it } from 'vitest';
import { footprint, rowsOf } from '../integrations/stored.ts';
import { type Caller, company } from '../support/api.ts';
import { aGithubAccount, aJiraSite, connectedJira } from '../support/standins.ts';
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

/** A migration makes one personal integration of each old credential and the links that were chosen; once. */

beforeAll(() => setPassphrase(passphrase));

const people = ['Ada Lovelace', 'Grace Hopper', 'Linus Torvalds'];
const aSiteWithPeople = async () => {
  const site = await aJiraSite({ users: people.map((displayName) => ({ displayName })) });
  const { users } = await site.control<{ users: { accountId: string; displayName: string }[] }>('GET', '');
  const idOf = (name: string): string =>
    users.find(({ displayName }) => displayName === name)?.accountId ?? '';
  return { site, ids: people.map(idOf) as [string, string, string] };
};
const linksOf = async (who: Caller, personId: string) =>
  (await who.get(`/links?entityType=Person&entityId=${personId}`)).body.links;
const connectedOf = async (who: Caller) => (await who.get('/integrations/connected')).body.integrations;
const kindsOf = async (who: Caller): Promise<string[]> =>
  (await rowsOf(who)).map(({ sk }) => sk.replace(/#.*/, '')).toSorted();

describe('migrating', () => {
  it('makes one personal integration of each credential, which works, and which nobody else has', async () => {
    const { admin, member, stranger } = company();
    const [{ site }, account] = [await aSiteWithPeople(), await aGithubAccount()];
    const rows = { userJiraCredentials: jiraRow(site), userGithubCredentials: githubRow(account) };
    expect(await statusOf(member)).toEqual({ jira: 'none', github: 'none' });

    const reply = await migrate(member, rows);

    const outcome = { outcome: 'migrated', integrationId: expect.stringMatching(/^int_u_/) };
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      needsMigration: false,
      integrations: [
        { provider: 'jira', name: 'Jira', account: 'Site Admin', ...outcome },
        { provider: 'github', name: 'GitHub', account: account.login, ...outcome },
      ],
      links: [],
    });
    expect(await statusOf(member)).toEqual({ jira: 'migrated', github: 'migrated' });
    const mine = await connectedOf(member);
    expect(mine).toHaveLength(2);
    for (const { id, scope, status } of mine) {
      expect({ scope, status }).toEqual({ scope: 'user', status: 'active' });
      expect((await member.post(`/integrations/${id}/search`, { query: 'a' })).status).toBe(200);
    }
    for (const who of [admin, stranger]) {
      expect(await connectedOf(who)).toEqual([]);
      expect(await statusOf(who)).toEqual({ jira: 'none', github: 'none' });
      expect((await who.get(`/integrations/${mine[0].id}`)).status).toBe(404);
    }
  });

  it('seals what was encrypted anew: neither the old text nor what it holds is stored or shown', async () => {
    const { member } = company();
    const { site } = await aSiteWithPeople();
    const row = jiraRow(site);

    const replies = [
      await preview(member, { userJiraCredentials: row }),
      await migrate(member, { userJiraCredentials: row }),
      await member.get('/integrations/connected'),
    ];

    const stored = JSON.stringify(await rowsOf(member), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    for (const text of [stored, ...replies.map((reply) => reply.text)]) {
      expect(text).not.toContain(site.apiToken);
      expect(text).not.toContain(row.encryptedApiKey.slice(0, 24));
    }
    expect(stored).toContain('MIGRATED#jira');
  });

  it('links those who were chosen, as the provider knows them, and nobody else', async () => {
    const { member } = company();
    const { site, ids } = await aSiteWithPeople();
    const [ada, grace] = ids;
    const chosen = [jiraPerson(ada), jiraPerson(grace)];

    const { body } = await migrate(member, {
      userJiraCredentials: jiraRow(site),
      personJiraAccounts: chosen,
    });

    const { integrationId } = body.integrations[0];
    expect(body.links).toEqual(
      chosen.map(({ personId, jiraAccountId }) => ({
        provider: 'jira',
        personId,
        externalId: jiraAccountId,
        outcome: 'migrated',
        linkId: expect.stringMatching(/^lnk_/),
      })),
    );
    const [link] = await linksOf(member, chosen[0]?.personId ?? '');
    expect(link).toMatchObject({
      integration: { id: integrationId, scope: 'user' },
      external: { type: 'person', id: ada, title: 'Ada Lovelace' },
    });
    const kinds = await kindsOf(member);
    expect(kinds.filter((kind) => kind === 'LINK')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'INT')).toHaveLength(1);
  });

  it('links what the provider does not know to nobody, and says which', async () => {
    const { member } = company();
    const { site, ids } = await aSiteWithPeople();
    const [known, unknown] = [jiraPerson(ids[0]), jiraPerson('5b10ac8d82e05b22cc7d4ef5')];

    const { body } = await migrate(member, {
      userJiraCredentials: jiraRow(site),
      personJiraAccounts: [unknown, known],
      personGithubAccounts: [githubPerson('octocat')],
    });

    expect(body.links.map(({ outcome, code }: Record<string, string>) => [outcome, code])).toEqual([
      ['failed', 'not_found'],
      ['migrated', undefined],
      ['failed', 'not_found'],
    ]);
    expect(await linksOf(member, unknown.personId)).toEqual([]);
  });
});

describe('migrating twice', () => {
  it('is already_migrated, with the same integration, and writes nothing', async () => {
    const { member } = company();
    const { site, ids } = await aSiteWithPeople();
    const rows = { userJiraCredentials: jiraRow(site), personJiraAccounts: [jiraPerson(ids[0])] };
    const first = await migrate(member, rows);
    const before = await footprint(member);
    const asked = (await site.calls()).length;

    const second = await migrate(member, rows);
    const previewed = await preview(member, rows);

    const [made] = first.body.integrations;
    expect(second.body).toEqual({
      needsMigration: false,
      integrations: [{ provider: 'jira', outcome: 'already_migrated', integrationId: made.integrationId }],
      links: [{ ...first.body.links[0], outcome: 'already_migrated' }],
    });
    expect(previewed.body).toMatchObject({ needsMigration: false, integrations: second.body.integrations });
    expect(await footprint(member)).toEqual(before);
    expect((await site.calls()).length).toBe(asked);
  });

  it('at the same moment makes one integration, which all of them name', async () => {
    const { member } = company();
    const { site } = await aSiteWithPeople();
    const rows = { userJiraCredentials: jiraRow(site) };

    const replies = await Promise.all([1, 2, 3, 4, 5].map(() => migrate(member, rows)));

    const outcomes = replies.map(({ body }) => body.integrations[0]);
    expect(outcomes.filter(({ outcome }) => outcome === 'migrated')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'already_migrated')).toHaveLength(4);
    expect(new Set(outcomes.map(({ integrationId }) => integrationId)).size).toBe(1);
    expect(await connectedOf(member)).toHaveLength(1);
  });

  it('links more people later, by the integration there is', async () => {
    const { member } = company();
    const { site, ids } = await aSiteWithPeople();
    const { body } = await migrate(member, { userJiraCredentials: jiraRow(site) });

    const later = await migrate(member, { personJiraAccounts: [jiraPerson(ids[1])] });

    expect(later.body.integrations).toEqual([]);
    expect(later.body.links).toEqual([expect.objectContaining({ outcome: 'migrated' })]);
    const [link] = await linksOf(member, later.body.links[0].personId);
    expect(link.integration.id).toBe(body.integrations[0].integrationId);
  });

  it('is not asked for again once the person disconnected it', async () => {
    const { member } = company();
    const { site } = await aSiteWithPeople();
    const { body } = await migrate(member, { userJiraCredentials: jiraRow(site) });

    await member.delete(`/integrations/${body.integrations[0].integrationId}`);

    expect(await statusOf(member)).toEqual({ jira: 'migrated', github: 'none' });
  });
});

describe('an account the person connected anew already', () => {
  it('is the one that counts: nothing is made twice, and the links hang on it', async () => {
    const { member } = company();
    const { site, ids } = await aSiteWithPeople();
    const { id } = await connectedJira(member, site, 'user');
    const rows = { userJiraCredentials: jiraRow(site), personJiraAccounts: [jiraPerson(ids[2])] };

    const { body } = await migrate(member, rows);

    expect(body).toMatchObject({
      needsMigration: false,
      integrations: [{ outcome: 'already_migrated', integrationId: id }],
      links: [{ outcome: 'migrated' }],
    });
    expect(await connectedOf(member)).toHaveLength(1);
    expect(await statusOf(member)).toEqual({ jira: 'migrated', github: 'none' });
  });
});

describe('a row that cannot be migrated', () => {
  it('leaves nothing behind, keeps no other from it, and may be sent again once it can', async () => {
    const { member } = company();
    const [{ site }, account] = [await aSiteWithPeople(), await aGithubAccount()];
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    const rows = { userJiraCredentials: jiraRow(site), userGithubCredentials: githubRow(account) };

    const first = await migrate(member, rows);
    const kinds = await kindsOf(member);
    const status = await statusOf(member);
    await site.control('POST', '/tokens', { email: site.username, token: site.apiToken });
    const second = await migrate(member, rows);

    const detail = expect.stringMatching(/\w+ \w+/);
    expect(first.body).toMatchObject({
      needsMigration: true,
      integrations: [
        { provider: 'jira', outcome: 'failed', code: 'provider_unauthorized', detail },
        { provider: 'github', outcome: 'migrated' },
      ],
    });
    expect(status).toEqual({ jira: 'none', github: 'migrated' });
    expect(kinds).toEqual(['CRED', 'DATAKEY', 'INT', 'MIGRATED', 'NAME', 'UPSTREAM']);
    expect(second.body.integrations.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'migrated',
      'already_migrated',
    ]);
  });

  it.each([
    ['a provider that is down', 501, 'provider_error'],
    ['a provider that limits', 429, 'provider_rate_limited'],
  ])('because of %s is told, and works later', async (_what, status, code) => {
    const { member } = company();
    const account = await aGithubAccount();
    await account.fault({ times: 1, act: { kind: 'answer', status, headers: {}, body: {} } });
    const rows = { userGithubCredentials: githubRow(account) };

    const [first, second] = [await migrate(member, rows), await migrate(member, rows)];

    expect(first.body.integrations).toEqual([expect.objectContaining({ outcome: 'failed', code })]);
    expect(second.body.integrations).toEqual([expect.objectContaining({ outcome: 'migrated' })]);
    expect(await connectedOf(member)).toHaveLength(1);
  });

  it('because its token was cut short is told without the token', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    const { encryptedPat, ...rest } = githubRow(account);
    const damaged = { ...rest, encryptedPat: encryptedPat.slice(0, -9) };

    const reply = await migrate(member, { userGithubCredentials: damaged });

    expect(reply.body.integrations).toEqual([
      {
        provider: 'github',
        outcome: 'failed',
        code: 'conflict',
        detail: 'A legacy credential cannot be read with the passphrase of this environment.',
      },
    ]);
    expect(await account.calls()).toEqual([]);
    expect(await kindsOf(member)).toEqual([]);
  });
});
