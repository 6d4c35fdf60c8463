import { beforeAll, describe, expect, it } from 'vitest';
import { during, githubUser, jiraPerson, newWord } from '../search/asking.ts';
import { company, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { aPerson, link, linked, linkIds, linksOf, time } from './linking.ts';

const { admin, member } = company();
const word = newWord();
const octo = `Octo-${word}`;
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;
let ada: string;

beforeAll(async () => {
  site = await aJiraSite({ projects: [{ key: 'OLD' }, { key: 'NEW' }] });
  account = await aGithubAccount();
  ada = await jiraPerson(site, { displayName: 'Ada Lovelace', email: 'ada@people.example' });
  await site.control('POST', '/issues', { count: 3, template: { project: 'OLD', summary: 'Chore {n}' } });
  await githubUser({ login: octo, name: 'Ottavia', email: `octo@${word}.example` });
  jira = (await connectedJira(admin, site, 'organization', { name: `Work ${word}` })).id;
  github = (await connectedGithub(admin, account)).id;
});

describe('the same link again', () => {
  it('is 200 with the one that stands, whoever asks and whatever the provider says by now', async () => {
    const entity = aPerson();
    const person = await jiraPerson(site, { displayName: 'First Name' });
    const first = await linked(member, jira, { type: 'person', id: person }, entity);
    await site.control('PATCH', `/users/${person}`, { displayName: 'Second Name' });

    const { result, calls } = await during(site, () =>
      link(admin, jira, { type: 'person', id: person }, entity),
    );

    expect([result.status, result.body]).toEqual([200, { link: first }]);
    expect(calls).toEqual([]);
  });

  it('twenty times at once is one link, one 201 and one audit event', async () => {
    const entity = aPerson();
    const ask = () => link(member, jira, { type: 'person', id: ada }, entity);

    const replies = await Promise.all(Array.from({ length: 20 }, ask));

    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array(19).fill(200), 201]);
    const [{ body }] = replies as [(typeof replies)[0]];
    for (const reply of replies) expect(reply.body).toEqual(body);
    expect((await linksOf(admin, entity)).body.links).toEqual([body.link]);
    const { events } = (await admin.get(`/audit?action=link.created&target=${body.link.id}`)).body;
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        at: time,
        actor: member.userId,
        action: 'link.created',
        provider: 'jira',
        target: body.link.id,
        outcome: 'ok',
      },
    ]);
  });

  it('is one link under whichever spelling of a login it is asked for', async () => {
    const entity = aPerson();
    const spellings = [octo, octo.toLowerCase(), octo.toUpperCase(), octo, octo.toLowerCase()];

    const replies = await Promise.all(
      spellings.map((id) => link(admin, github, { type: 'person', id }, entity)),
    );

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(replies.map(({ body }) => body.link.id)).size).toBe(1);
    expect(replies[0]?.body.link.external.id).toBe(octo);
    expect(linkIds(await linksOf(admin, entity))).toHaveLength(1);
  });

  it('is one link under whichever spelling of a pull request it is asked for', async () => {
    const entity = { type: 'Task', id: newId('task') };
    const repository = `${octo}/Shop`;
    await control('github', 'POST', 'repositories', { repository });
    await control('github', 'POST', 'pulls', { repository, author: octo, title: 'One pull' });

    const [first, second] = [
      await link(admin, github, { type: 'pull_request', id: `${repository}#1`.toLowerCase() }, entity),
      await link(admin, github, { type: 'pull_request', id: `${repository}#1` }, entity),
    ];

    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(first.body.link.external).toMatchObject({ id: `${repository}#1`, title: 'One pull' });
  });

  it('is one link under the key an issue had and the one it has', async () => {
    const entity = { type: 'Task', id: newId('task') };
    await site.control('PATCH', '/issues/OLD-1', { project: 'NEW' });

    const [first, second] = [
      await link(admin, jira, { type: 'issue', id: 'OLD-1' }, entity),
      await link(admin, jira, { type: 'issue', id: 'NEW-1' }, entity),
    ];

    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(first.body.link.external).toMatchObject({ id: 'NEW-1', url: `${site.baseUrl}/browse/NEW-1` });
  });

  it('of another entity, another external or another integration is another', async () => {
    const [one, two] = [aPerson(), aPerson()];
    const grace = await jiraPerson(site, { displayName: 'Grace Hopper' });
    const other = (
      await connectedJira(admin, await aJiraSite({ users: [{ displayName: 'A', accountId: ada }] }))
    ).id;

    const made = [
      await linked(admin, jira, { type: 'person', id: ada }, one),
      await linked(admin, jira, { type: 'person', id: ada }, two),
      await linked(admin, jira, { type: 'person', id: grace }, one),
      await linked(admin, other, { type: 'person', id: ada }, one),
    ];

    expect(new Set(made.map(({ id }) => id)).size).toBe(4);
    expect(linkIds(await linksOf(admin, one))).toHaveLength(3);
  });
});
