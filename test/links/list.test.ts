import { beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/model/parallel.ts';
import { jiraPerson, newWord, problemOf } from '../search/asking.ts';
import { company, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type JiraSite,
} from '../support/standins.ts';
import { aPerson, linked, linkIds, linksOf, linksTo, paths } from './linking.ts';

const { admin, member, other, stranger } = company();
let site: JiraSite;
let jira: string;
let own: string;
let ada: string;

beforeAll(async () => {
  site = await aJiraSite();
  ada = await jiraPerson(site, { displayName: 'Ada Lovelace' });
  jira = (await connectedJira(admin, site)).id;
  own = (await connectedJira(member, site, 'user')).id;
});

describe('the links of an entity', () => {
  it('come newest first, from every integration, as they were made', async () => {
    const entity = aPerson();
    const grace = await jiraPerson(site, { displayName: 'Grace Hopper' });
    const account = await aGithubAccount();
    const github = (await connectedGithub(admin, account)).id;
    const first = await linked(admin, jira, { type: 'person', id: ada }, entity);
    const second = await linked(member, github, { type: 'person', id: account.login }, entity);
    const third = await linked(admin, jira, { type: 'person', id: grace }, entity);

    const reply = await linksOf(member, entity);

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ links: [third, second, first], degraded: false });
    expect(second.integration).toMatchObject({ id: github, name: 'GitHub', provider: 'github' });
  });

  it('bear the integration’s name of today', async () => {
    const entity = aPerson();
    const { id, version } = await connectedJira(
      admin,
      await aJiraSite({ users: [{ displayName: 'A', accountId: 'a' }] }),
    );
    await linked(admin, id, { type: 'person', id: 'a' }, entity);
    const name = newWord();
    await admin.patch(`/integrations/${id}`, { name, version });

    const reply = await linksOf(admin, entity);

    expect(reply.body.links[0].integration.name).toBe(name);
  });

  it('are those of one’s own and of the organisation’s integrations, and nobody else’s', async () => {
    const entity = aPerson();
    const shared = await linked(admin, jira, { type: 'person', id: ada }, entity);
    const personal = await linked(member, own, { type: 'person', id: ada }, entity);

    const lists = await Promise.all([member, admin, other, stranger].map((who) => linksOf(who, entity)));

    expect(lists.map(linkIds)).toEqual([[personal.id, shared.id], [shared.id], [shared.id], []]);
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('are not those of an entity whose id begins alike, nor of another type', async () => {
    const id = newId('x');
    const one = await linked(admin, jira, { type: 'person', id: ada }, { type: 'Person', id });
    await linked(admin, jira, { type: 'person', id: ada }, { type: 'Person', id: `${id}1` });

    const lists = [
      await linksOf(admin, { type: 'Person', id }),
      await linksOf(admin, { type: 'Person', id: id.slice(0, -1) }),
      await linksOf(admin, { type: 'Team', id }),
    ];

    expect(lists.map(linkIds)).toEqual([[one.id], [], []]);
  });

  it('are at most 200', async () => {
    const entity = { type: 'Task', id: newId('task') };
    const there = await aJiraSite();
    await there.control('POST', '/issues', { count: 203 });
    const { id } = await connectedJira(admin, there);
    const keys = Array.from({ length: 203 }, (_, index) => `TEST-${index + 1}`);
    for (const key of keys.slice(0, 3)) await linked(admin, id, { type: 'issue', id: key }, entity);
    await inParallel(20, keys.slice(3), (key) => linked(admin, id, { type: 'issue', id: key }, entity));

    const { status, body } = await linksOf(member, entity);

    const found = (body.links as { external: { id: string } }[]).map(({ external }) => external.id);
    expect([status, found.length]).toEqual([200, 200]);
    expect(new Set(found)).toEqual(new Set(keys.slice(3)));
  });
});

describe('the links to something external', () => {
  it('name every entity that is linked to it, newest first', async () => {
    const grace = await jiraPerson(site, { displayName: 'Grace Hopper' });
    const first = await linked(admin, jira, { type: 'person', id: grace });
    const second = await linked(member, jira, { type: 'person', id: grace });

    const replies = [
      await linksTo(member, jira, 'person', grace),
      await linksTo(admin, jira, 'issue', 'TEST-1'),
      await linksTo(admin, jira, 'person', grace.slice(0, -1)),
    ];

    expect(replies.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 200, body: { links: [second, first], degraded: false } },
      { status: 200, body: { links: [], degraded: false } },
      { status: 200, body: { links: [], degraded: false } },
    ]);
  });

  it('are those of that integration alone', async () => {
    const grace = await jiraPerson(site, { displayName: 'Grace Hopper' });
    const shared = await linked(member, jira, { type: 'person', id: grace });
    const personal = await linked(member, own, { type: 'person', id: grace });

    const lists = [await linksTo(member, jira, 'person', grace), await linksTo(member, own, 'person', grace)];

    expect(lists.map(linkIds)).toEqual([[shared.id], [personal.id]]);
  });

  it('are at most 200', async () => {
    const there = await aJiraSite({
      users: [{ displayName: 'Popular', email: 'popular@people.example', accountId: 'p' }],
    });
    const { id } = await connectedJira(admin, there);
    for (let batch = 0; batch < 3; batch += 1)
      await admin.post('/links/bulk', {
        integrationId: id,
        candidates: Array.from({ length: 70 }, () => ({
          entity: aPerson(),
          email: 'popular@people.example',
        })),
      });

    const reply = await linksTo(admin, id, 'person', 'p');

    expect([reply.status, linkIds(reply).length]).toEqual([200, 200]);
    expect(new Set(linkIds(reply)).size).toBe(200);
  });

  it('of an integration that is not the caller’s are 404 in the same words', async () => {
    await linked(member, own, { type: 'person', id: ada });
    const absent = await linksTo(admin, `int_u_${'A'.repeat(22)}`, 'person', ada);

    const replies = [
      await linksTo(admin, own, 'person', ada),
      await linksTo(other, own, 'person', ada),
      await linksTo(stranger, jira, 'person', ada),
      await linksTo(stranger, 'malformed', 'person', ada),
    ];

    expect([absent.status, absent.body.code]).toEqual([404, 'not_found']);
    for (const reply of replies) expect(problemOf(reply)).toEqual(problemOf(absent));
  });
});

describe('a list without its filter is 400', () => {
  it.each([
    [''],
    ['?entityType=Person'],
    ['?entityId=person_1'],
    ['?integrationId=int_o_AAAAAAAAAAAAAAAAAAAAAA'],
    ['?externalType=person&externalId=a'],
    ['?entityType=Robot&entityId=person_1'],
    ['?entityType=Person&entityId=a%2Fb'],
    ['?entityType=Person&entityId=a&extra=1'],
    ['?entityType=Person&entityId=a&entityId=b'],
    ['?entityType=Person&entityId=a&integrationId=x&externalType=person&externalId=y'],
    ['?integrationId=x&externalType=banana&externalId=y'],
  ])('%s', async (query) => {
    const reply = await admin.get(`/links${query}`);

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(paths(reply)).not.toEqual([]);
  });
});
