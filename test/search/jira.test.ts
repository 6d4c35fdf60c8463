import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../support/api.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { during, ids, jiraPerson, search, titles } from './asking.ts';

const { admin, member } = company();
let site: JiraSite;
let organizations: string;
let personal: string;
const accounts: Record<string, string> = {};

beforeAll(async () => {
  site = await aJiraSite();
  const people = {
    ada: { displayName: 'Ada Lovelace', email: 'ada.l@people.example' },
    grace: { displayName: 'Grace Hopper', email: 'grace@people.example', emailVisible: false },
    left: { displayName: 'Sam Former', email: 'sam@people.example', active: false },
    app: { displayName: 'Robot Former', accountType: 'app' },
    customer: { displayName: 'Carla Customer', email: 'carla@people.example', accountType: 'customer' },
  };
  for (const [name, user] of Object.entries(people)) accounts[name] = await jiraPerson(site, user);
  await site.control('POST', '/issues', {
    issues: [
      { summary: 'Basket forgets its items', description: 'Only for guests', assignee: 'Ada Lovelace' },
      { summary: 'Guests cannot check out', type: 'Bug', status: 'In Progress', priority: 'High' },
      { summary: 'Prices differ by a cent', status: 'Done' },
    ],
  });
  organizations = (await connectedJira(admin, site)).id;
  personal = (await connectedJira(member, site, 'user')).id;
});

describe('a search for people in Jira', () => {
  it.each([
    ['a name', 'Ada Lovelace', ['Ada Lovelace']],
    ['the beginning of a name', 'love', ['Ada Lovelace']],
    ['a name in other letters', 'GRACE', ['Grace Hopper']],
    ['a whole e-mail address', 'ada.l@people.example', ['Ada Lovelace']],
    ['the beginning of an e-mail address', 'ada.l', ['Ada Lovelace']],
    ['an e-mail address that is hidden', 'grace@people.example', ['Grace Hopper']],
    ['the name of nobody', 'Zebedee', []],
  ])('finds by %s, for the organisation and for oneself', async (_, query, expected) => {
    const [shared, own] = [
      await search(admin, organizations, { type: 'person', query }),
      await search(member, personal, { query }),
    ];

    expect([shared.status, titles(shared)]).toEqual([200, expected]);
    expect([own.status, titles(own)]).toEqual([200, expected]);
  });

  it.each(['Sam Former', 'sam@people.example', 'Robot', 'Carla', 'carla@people.example'])(
    'finds neither who left nor apps nor customers: %s',
    async (query) => {
      const reply = await search(admin, organizations, { query });

      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ items: [], nextCursor: null });
    },
  );

  it('answers with what Jira says of the person', async () => {
    const reply = await search(member, organizations, { type: 'person', query: 'ada' });

    expect(reply.body.items).toEqual([
      {
        id: accounts['ada'],
        type: 'person',
        title: 'Ada Lovelace',
        url: `${site.baseUrl}/jira/people/${encodeURIComponent(accounts['ada'] ?? '')}`,
        email: 'ada.l@people.example',
        metadata: { active: true, avatarUrl: expect.stringMatching(/^https:\/\/secure\.gravatar\.com\//) },
      },
    ]);
  });

  it('does not tell an address that is hidden', async () => {
    const reply = await search(admin, organizations, { query: 'grace@people.example' });

    expect(ids(reply)).toEqual([accounts['grace']]);
    expect(reply.text).not.toContain('grace@people.example');
  });
});

describe('a search for issues in Jira', () => {
  it.each([
    ['a word', 'guests', ['Basket forgets its items', 'Guests cannot check out']],
    ['the beginning of a word', 'bask', ['Basket forgets its items']],
    ['words in any order', 'items basket', ['Basket forgets its items']],
    ['a key', 'TEST-2', ['Guests cannot check out']],
    ['a key in small letters', 'test-3', ['Prices differ by a cent']],
    ['a key nobody has', 'TEST-99', []],
    ['nothing, the latest', undefined, expect.arrayContaining(['Guests cannot check out'])],
  ])('finds by %s', async (_, query, expected) => {
    const reply = await search(admin, organizations, { type: 'issue', ...(query && { query }) });

    expect(reply.status).toBe(200);
    expect(titles(reply).toSorted()).toEqual(expected);
    expect(reply.body.nextCursor).toBeNull();
  });

  it('answers with what Jira says of the issue', async () => {
    const reply = await search(member, organizations, { type: 'issue', query: 'basket' });

    expect(reply.body.items).toEqual([
      {
        id: 'TEST-1',
        type: 'issue',
        title: 'Basket forgets its items',
        description: 'Only for guests',
        url: `${site.baseUrl}/browse/TEST-1`,
        metadata: {
          status: 'To Do',
          statusCategory: 'new',
          issueType: 'Task',
          priority: 'Medium',
          project: 'TEST',
          assignee: 'Ada Lovelace',
          updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
      },
    ]);
  });

  it.each([
    '" OR assignee is not EMPTY --',
    'zz" OR project = TEST OR text ~ "zz',
    'zz\\" OR key = TEST-1 OR summary ~ "zz',
    'zz ORDER BY created',
    'zz\\',
    'zz OR basket',
    'NOT zz',
    'zz -',
    'zz AND',
    'zz *',
    'zz~2 +x [a TO b] {c} (d) !e ^f',
    'zz/ *?:"\'`%$€ß😀',
  ])('takes %j for words and nothing else', async (query) => {
    const { result, calls } = await during(site, () =>
      search(admin, organizations, { type: 'issue', query }),
    );

    expect([result.status, result.body]).toEqual([200, { items: [], nextCursor: null }]);
    const jql = new URLSearchParams(calls.at(-1)?.query).get('jql');
    expect(jql).toMatch(/^text ~ "[\p{L}\p{N}][^"\\*]*\*" ORDER BY updated DESC$/u);
  });

  it.each(['-', '*', '"', '\\', '"*"', '?', '.', '()', '" --'])('does not fail for %j', async (query) => {
    const replies = [
      await search(admin, organizations, { type: 'issue', query }),
      await search(admin, organizations, { type: 'person', query }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each(['', ' ', 'a\nb', 'a\u0000b', '\u202Eabc', '\ud800', 'x'.repeat(201), 7, null, ['a'], {}])(
    'refuses a query that is no line of text: %j',
    async (query) => {
      const { result, calls } = await during(site, () => search(admin, organizations, { query }));

      expect([result.status, result.body.code]).toEqual([400, 'invalid_request']);
      expect(result.body.errors).toEqual([{ path: 'query', message: expect.any(String) }]);
      expect(calls).toEqual([]);
    },
  );
});

describe('types', () => {
  it.each(['repository', 'event', 'pull_request', 'banana', '', 7])('%j is none of Jira', async (type) => {
    const { result, calls } = await during(site, () => search(admin, organizations, { type, query: 'a' }));

    expect([result.status, result.body.code]).toEqual([400, 'invalid_request']);
    expect(result.body.errors).toEqual([{ path: 'type', message: expect.any(String) }]);
    expect(calls).toEqual([]);
  });

  it.each([
    [{ type: 'issue', from: '2026-01-01' }, 'from'],
    [{ type: 'person', to: '2026-01-01' }, 'to'],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }, 'from'],
    [{ type: 'issue', from: 'yesterday' }, 'from'],
    [{ type: 'issue', to: '2026-02-30' }, 'to'],
  ])('without a time take no bounds: %j', async (body, path) => {
    const { result, calls } = await during(site, () => search(admin, organizations, body));

    expect([result.status, result.body.errors]).toEqual([400, [{ path, message: expect.any(String) }]]);
    expect(calls).toEqual([]);
  });

  it('refuses a field it does not know, by its name', async () => {
    const reply = await search(admin, organizations, { query: 'a', startAt: 5 });

    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([{ path: 'startAt', message: 'is not a known field' }]);
  });
});
