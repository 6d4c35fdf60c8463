import { beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../integrations/stored.ts';
import { company } from '../support/api.ts';
import { aGithubAccount } from '../support/standins.ts';
import {
  aSiteWithPeople,
  connectedOf,
  githubPerson,
  githubRow,
  jiraPerson,
  jiraRow,
  kindsOf,
  linksOf,
  migrate,
  passphrase,
  preview,
  setPassphrase,
  statusOf,
} from './old-app.ts';

/** A migration makes one personal integration of each old credential and the links that were chosen. */

beforeAll(() => setPassphrase(passphrase));

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
