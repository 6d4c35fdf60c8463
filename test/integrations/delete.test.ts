import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Caller, caller, company, local, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
} from '../support/standins.ts';
import { footprint, partition, rowsOf } from './stored.ts';
import { expectProblem } from './told.ts';

const remove = (who: Caller, id: string) => who.delete(`/integrations/${id}`);
const linkTo = (who: Caller, integrationId: string, { login }: GithubAccount, person = newId('person')) =>
  who.post('/links', {
    entity: { type: 'Person', id: person },
    integrationId,
    external: { type: 'person', id: login },
  });
const connect = (who: Caller, account: GithubAccount, more: object = {}) =>
  who.post('/integrations/connect', {
    provider: 'github',
    scope: 'organization',
    auth: 'api_token',
    ...account.connection,
    ...more,
  });

/** Waits until what follows the events so far is done. */
const purged = () => local('POST', 'schedules/sweep-events');

/** What the owner still stores, by kind. */
const kindsOf = async (who: Caller): Promise<string[]> =>
  (await rowsOf(who)).map(({ sk }) => sk.replace(/#.*/, '')).toSorted();

describe('deleting', () => {
  it('is 204 without a body; then it is gone from every call', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    const { link } = (await linkTo(member, id, account)).body;

    const reply = await remove(admin, id);
    const calls = await account.calls();

    expect({ status: reply.status, text: reply.text }).toEqual({ status: 204, text: '' });
    expect((await member.get('/integrations/connected')).body.integrations).toEqual([]);
    const replies = [
      await remove(admin, id),
      await admin.get(`/integrations/${id}`),
      await admin.patch(`/integrations/${id}`, { name: 'New', version: 1 }),
      await admin.post(`/integrations/${id}/test`),
      await admin.get(`/integrations/${id}/proxy/user`),
      await member.post(`/integrations/${id}/search`, { query: 'a' }),
      await member.get(`/integrations/${id}/entity?type=person&externalId=${account.login}`),
      await linkTo(member, id, account),
      await member.get(`/links/${link.id}`),
      await member.post(`/links/${link.id}/refresh`),
      await member.get(`/links?integrationId=${id}&externalType=person&externalId=${account.login}`),
    ];
    for (const one of replies) expectProblem(one, 404, 'not_found');
    expect(await account.calls()).toEqual(calls);
  });

  it('takes its links along at once, and no others', async () => {
    const { admin, member } = company();
    const [gone, kept] = [await aGithubAccount(), await aGithubAccount()];
    const [first, second] = [await connectedGithub(admin, gone), await connectedGithub(admin, kept)];
    const person = newId('person');
    await linkTo(member, first.id, gone, person);
    const { link } = (await linkTo(member, second.id, kept, person)).body;

    await remove(admin, first.id);
    const { links } = (await member.get(`/links?entityType=Person&entityId=${person}`)).body;

    expect(links).toEqual([link]);
    await purged();
    expect((await member.get(`/links?entityType=Person&entityId=${person}`)).body.links).toEqual([link]);
  });

  it('frees the name and the account at once', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account, 'organization', { name: 'Code' });

    await remove(admin, id);
    const again = await connect(admin, account, { name: 'Code' });

    expect(again.status).toBe(201);
    expect(again.body.integration).toMatchObject({ name: 'Code', version: 1 });
    expect(again.body.integration.id).not.toBe(id);
    await purged();
    expect((await admin.post(`/integrations/${again.body.integration.id}/test`)).body.ok).toBe(true);
  });

  it('leaves no row behind once the purge ran: no integration, secret, name, account or link', async () => {
    const { admin, member } = company();
    const site = await aJiraSite({ users: [{ displayName: 'Ada Lovelace', email: 'ada@acme.example' }] });
    const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');
    const { id } = await connectedJira(admin, site);
    for (const { accountId } of users)
      await member.post('/links', {
        entity: { type: 'Person', id: newId('person') },
        integrationId: id,
        external: { type: 'person', id: accountId },
      });
    const before = await kindsOf(admin);

    await remove(admin, id);
    await purged();

    expect(before).toEqual(['CRED', 'DATAKEY', 'INT', 'LINK', 'LINK', 'NAME', 'UPSTREAM']);
    expect(await kindsOf(admin)).toEqual(['DATAKEY']);
    expect(await partition(`ORG#${admin.organizationId}#INT#${id}`)).toEqual([]);
  });

  it('leaves no row of a personal one behind either', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(member, account, 'user');
    await linkTo(member, id, account);
    const own = `ORG#${member.organizationId}#USER#${member.userId}`;
    const before = (await partition(own)).length;

    await remove(member, id);
    await purged();

    expect(before).toBe(5);
    expect(await partition(own)).toEqual([]);
  });

  it('works while it is disabled and while its credentials are rejected', async () => {
    const admin = caller();
    const [first, second] = [await aJiraSite(), await aGithubAccount()];
    const [jira, github] = [await connectedJira(admin, first), await connectedGithub(admin, second)];
    await first.control('DELETE', `/tokens/${first.apiToken}`);
    await admin.post(`/integrations/${jira.id}/test`);
    await admin.patch(`/integrations/${github.id}`, { enabled: false, version: 1 });

    const replies = [await remove(admin, jira.id), await remove(admin, github.id)];

    expect(replies.map(({ status }) => status)).toEqual([204, 204]);
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
  });

  it('is for the holder: 403 for a member, 404 for whom it does not exist, and it stays', async () => {
    const { admin, member, other, stranger } = company();
    const shared = await connectedGithub(admin, await aGithubAccount());
    const personal = await connectedGithub(member, await aGithubAccount(), 'user');
    const before = [await footprint(admin), await footprint(member)];

    const replies = [
      await remove(member, shared.id),
      await remove(stranger, shared.id),
      await remove(admin, personal.id),
      await remove(other, personal.id),
      await remove(admin, 'nonsense'),
    ];

    expect(replies.map(({ status }) => status)).toEqual([403, 404, 404, 404, 404]);
    expect([await footprint(admin), await footprint(member)]).toEqual(before);
    expect((await remove(other, shared.id)).status).toBe(204);
  });

  it('twice at once is one 204 and one 404, and one event', async () => {
    for (let round = 0; round < 5; round += 1) {
      const admin = caller();
      const { id } = await connectedGithub(admin, await aGithubAccount());

      const replies = await Promise.all([remove(admin, id), remove(admin, id)]);

      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404]);
      const { events } = (await admin.get('/audit?action=integration.deleted')).body;
      expect(events).toHaveLength(1);
    }
  });
});

describe('what happens while an integration is deleted', () => {
  it('a link made at that moment does not survive, in twenty tries', async () => {
    const admin = caller();
    const account = await aGithubAccount();

    for (let round = 0; round < 20; round += 1) {
      const { id } = await connectedGithub(admin, account);
      const person = newId('person');
      const linking = linkTo(admin, id, account, person);
      await sleep(round);
      const removed = await remove(admin, id);
      const linked = await linking;

      expect(removed.status).toBe(204);
      expect([201, 404]).toContain(linked.status);
      const { links } = (await admin.get(`/links?entityType=Person&entityId=${person}`)).body;
      expect(links).toEqual([]);
    }

    await purged();
    expect((await rowsOf(admin)).filter(({ sk }) => sk.startsWith('LINK#'))).toEqual([]);
  });

  it('a link whose provider answers only afterwards is 404 and is not stored', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await account.fault({ times: 1, match: { path: '^/users/' }, act: { kind: 'delay', ms: 2000 } });

    const linking = linkTo(admin, id, account);
    await expect.poll(async () => (await account.calls()).length, { timeout: 10_000 }).toBe(2);
    await remove(admin, id);
    await purged();
    const linked = await linking;

    expectProblem(linked, 404, 'not_found');
    expect(await kindsOf(admin)).toEqual(['DATAKEY']);
  });

  it('a change made at that moment does not bring it back, nor keep a name or an account taken', async () => {
    const admin = caller();
    const [first, second] = [await aGithubAccount(), await aGithubAccount()];

    for (let round = 0; round < 20; round += 1) {
      const { id } = await connectedGithub(admin, first, 'organization', { name: 'Before' });
      const changing = admin.patch(`/integrations/${id}`, {
        name: 'After',
        ...second.connection,
        version: 1,
      });
      await sleep(round % 10);
      const removed = await remove(admin, id);
      const changed = await changing;

      expect(removed.status).toBe(204);
      expect([200, 404, 409]).toContain(changed.status);
      expectProblem(await admin.get(`/integrations/${id}`), 404, 'not_found');
      await purged();
      expect(await kindsOf(admin)).toEqual(['DATAKEY']);
    }
  });
});
