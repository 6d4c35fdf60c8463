import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, company, type Reply } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { during, githubUser, ids, newWord, search } from './asking.ts';

const { admin, other, member } = company();
const word = newWord();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let otherJira: string;
let github: string;

const many = 250;
const users = 120;

beforeAll(async () => {
  site = await aJiraSite({
    users: Array.from({ length: 45 }, (_, index) => ({
      displayName: `Paul Number${index}`,
      email: `paul${index}@people.example`,
      ...(index % 3 === 0 && { accountType: index % 2 === 0 ? 'app' : 'customer' }),
    })),
  });
  account = await aGithubAccount();
  await site.control('POST', '/issues', { count: many, template: { summary: 'Chore {n}' } });
  for (let index = 0; index < users; index += 1)
    await githubUser({ login: `${word}-${index}`, name: `Octo ${word}` });
  jira = (await connectedJira(admin, site)).id;
  otherJira = (await connectedJira(admin, await aJiraSite({}))).id;
  github = (await connectedGithub(admin, account)).id;
});

/** Every page from the first to the end, as a client reads them. */
const pages = async (who: Caller, id: string, body: object): Promise<Reply[]> => {
  const all: Reply[] = [];
  for (let cursor: string | null = null; all.length < 300; ) {
    const reply: Reply = await search(who, id, { ...body, ...(cursor && { cursor }) });
    all.push(reply);
    cursor = reply.body.nextCursor ?? null;
    if (cursor === null) break;
  }
  return all;
};

const sizes = (replies: Reply[]): number[] => replies.map((reply) => ids(reply).length);

describe('paging', () => {
  it.each([
    [100, [100, 100, 50]],
    [60, [60, 60, 60, 60, 10]],
  ])(`reads ${many} issues of Jira without gaps or doubles, %i at a time`, async (limit, expected) => {
    const replies = await pages(member, jira, { type: 'issue', query: 'chore', limit });

    const found = replies.flatMap(ids);
    expect(sizes(replies)).toEqual(expected);
    expect(found).toHaveLength(many);
    expect(new Set(found)).toEqual(new Set(Array.from({ length: many }, (_, index) => `TEST-${index + 1}`)));
  });

  it('goes on where Jira gives fewer than were asked for', async () => {
    await site.control('PATCH', '', { pageCap: 70 });
    const replies = await pages(admin, jira, { type: 'issue', query: 'chore', limit: 100 });
    await site.control('PATCH', '', { pageCap: 100 });

    expect(sizes(replies)).toEqual([70, 70, 70, 40]);
    expect(new Set(replies.flatMap(ids)).size).toBe(many);
  });

  it('reads the people of Jira to the end, also where a page has none but apps and customers', async () => {
    const replies = await pages(admin, jira, { type: 'person', query: 'paul', limit: 1 });

    const found = replies.flatMap(ids);
    expect(found).toHaveLength(30);
    expect(new Set(found).size).toBe(30);
    expect(sizes(replies)).toContain(0);
  });

  it(`reads ${users} users of GitHub without gaps or doubles`, async () => {
    const replies = await pages(member, github, { query: word, limit: 50 });

    const found = replies.flatMap(ids);
    expect(sizes(replies)).toEqual([50, 50, 20]);
    expect(new Set(found)).toEqual(new Set(Array.from({ length: users }, (_, index) => `${word}-${index}`)));
  });

  it('gives twenty where nobody says how many', async () => {
    const { result, calls } = await during(site, () =>
      search(admin, jira, { type: 'issue', query: 'chore' }),
    );

    expect(ids(result)).toHaveLength(20);
    expect(new URLSearchParams(calls[0]?.query).get('maxResults')).toBe('20');
  });

  it.each([1, 100])('gives at most %i where that is asked for', async (limit) => {
    const reply = await search(admin, jira, { type: 'issue', query: 'chore', limit });

    expect([reply.status, ids(reply).length]).toEqual([200, limit]);
  });

  it.each([0, -1, 101, 1.5, 1e9, 'many', [], {}])('refuses a limit of %j by its name', async (limit) => {
    const { result, calls } = await during(site, () => search(admin, jira, { type: 'issue', limit }));

    expect([result.status, result.body.code]).toEqual([400, 'invalid_request']);
    expect(result.body.errors).toEqual([{ path: 'limit', message: expect.any(String) }]);
    expect(calls).toEqual([]);
  });
});

describe('a cursor', () => {
  const first = { type: 'issue', query: 'chore', limit: 5 };
  const cursorOf = async (who = admin): Promise<string> => (await search(who, jira, first)).body.nextCursor;

  it('says nothing of what it holds', async () => {
    const [cursor, again] = [await cursorOf(), await cursorOf()];

    const held = Buffer.from(cursor, 'base64url').toString('latin1');
    expect(cursor).toMatch(/^[A-Za-z0-9_-]{40,4096}$/);
    expect(held).not.toMatch(/position|until|range|next/);
    expect(again).not.toBe(cursor);
  });

  const elsewhere: [string, (cursor: string) => Promise<Reply>][] = [
    ['another user', (cursor) => search(member, jira, { ...first, cursor })],
    ['another admin', (cursor) => search(other, jira, { ...first, cursor })],
    ['another integration', (cursor) => search(admin, otherJira, { ...first, cursor })],
    ['another type', (cursor) => search(admin, jira, { ...first, type: 'person', cursor })],
    ['another query', (cursor) => search(admin, jira, { ...first, query: 'chores', cursor })],
    ['no query', (cursor) => search(admin, jira, { type: 'issue', limit: 5, cursor })],
    ['another limit', (cursor) => search(admin, jira, { ...first, limit: 6, cursor })],
    ['another list', (cursor) => admin.get(`/integrations/connected?cursor=${cursor}`)],
    ['the audit', (cursor) => admin.get(`/audit?cursor=${cursor}`)],
  ];
  it.each(elsewhere)('is refused for %s', async (_, use) => {
    const cursor = await cursorOf();

    const { result, calls } = await during(site, () => use(cursor));

    expect([result.status, result.body.code]).toEqual([400, 'invalid_request']);
    expect(result.body.errors).toEqual([{ path: 'cursor', message: expect.any(String) }]);
    expect(calls).toEqual([]);
  });

  it('of another organisation is refused, whoever the user is', async () => {
    const there = caller({ userId: admin.userId });
    const id = (await connectedJira(there, site)).id;
    const cursor = await cursorOf();

    const reply = await search(there, id, { ...first, cursor });

    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, 'cursor']);
  });

  it.each([
    [
      'with a bit changed',
      (cursor: string) => `${cursor.slice(0, 30)}${cursor[30] === 'A' ? 'B' : 'A'}${cursor.slice(31)}`,
    ],
    ['cut short', (cursor: string) => cursor.slice(0, -4)],
    ['made up', () => Buffer.from('{"next":"1"}').toString('base64url')],
    ['of the provider', () => 'WzEwMCwxXQ'],
    ['too long', () => 'A'.repeat(4097)],
    ['empty', () => ''],
  ])('is refused %s', async (_, change) => {
    const reply = await search(admin, jira, { ...first, cursor: change(await cursorOf()) });

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(reply.body.errors).toEqual([{ path: 'cursor', message: expect.any(String) }]);
  });

  it('goes on at its place however often it is used', async () => {
    const cursor = await cursorOf(member);

    const [once, twice] = [
      await search(member, jira, { ...first, cursor }),
      await search(member, jira, { ...first, cursor }),
    ];

    expect(ids(once)).toHaveLength(5);
    expect(ids(twice)).toEqual(ids(once));
  });
});
