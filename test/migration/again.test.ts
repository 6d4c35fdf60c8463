import { beforeAll, describe, expect, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { company } from '../support/api.ts';
import { aGithubAccount, connectedJira } from '../support/standins.ts';
import {
  aSiteWithPeople,
  connectedOf,
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

/** A migration that is repeated makes nothing twice; one that failed leaves nothing behind, and may be repeated. */

beforeAll(() => setPassphrase(passphrase));

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
