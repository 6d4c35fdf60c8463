import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudClient } from 'jira.js/cloud';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, admin, type Found, type Jira, openJira } from './jira-caller.ts';

const big = 'big.atlassian.net';
const bigAdmin: [string, string] = ['boss@big.example', 'big-token'];
const asBig = { host: big, as: bigAdmin };

let jira: Jira;
beforeAll(async () => {
  jira = await openJira();
});
afterAll(() => jira.stop());

const bounded = encodeURIComponent('project = WEB');
const everyOperation: [method: string, path: string, body?: unknown][] = [
  ['GET', '/rest/api/3/myself'],
  ['GET', '/rest/api/3/user?accountId=5f0c1ada0a7e2b0014c0ada1'],
  ['GET', '/rest/api/3/user/search?query=ada'],
  ['GET', '/rest/api/3/users'],
  ['GET', '/rest/api/3/users/search'],
  ['GET', `/rest/api/3/search/jql?jql=${bounded}`],
  ['POST', '/rest/api/3/search/jql', { jql: 'project = WEB' }],
  ['POST', '/rest/api/3/search/approximate-count', { jql: 'project = WEB' }],
  ['GET', '/rest/api/3/search?jql='],
  ['POST', '/rest/api/3/search', {}],
  ['GET', '/rest/api/3/issue/picker?query=a'],
  ['GET', '/rest/api/3/issue/WEB-1'],
  ['POST', '/rest/api/3/issue', {}],
  ['PUT', '/rest/api/3/issue/WEB-1', {}],
  ['GET', '/rest/api/3/project/search'],
  ['GET', '/rest/api/3/serverInfo'],
  ['GET', '/rest/api/3/status'],
];

describe('credentials', () => {
  it.each(everyOperation)('%s %s refuses missing and wrong ones', async (method, path, body) => {
    const wrong: ([string, string] | null)[] = [
      null,
      ['admin@acme.example', 'wrong'],
      ['ada@acme.example', 'jira-demo-token'],
      ['nobody@acme.example', 'jira-demo-token'],
    ];
    for (const as of wrong) {
      const { status, text, headers } = await jira.call(method, path, { as, body });
      expect([status, text]).toEqual([401, 'Client must be authenticated to access this resource.']);
      expect(headers.get('www-authenticate')).toBe('OAuth realm="https%3A%2F%2Facme.atlassian.net"');
      expect(headers.get('x-seraph-loginreason')).toBe(as ? 'AUTHENTICATED_FAILED' : null);
    }
    expect((await jira.call(method, path, { body })).status).not.toBe(401);
  });

  it('takes an address in any case and names the account in a header', async () => {
    const { status, headers } = await jira.get('/rest/api/3/myself', {
      as: ['ADMIN@Acme.Example', 'jira-demo-token'],
    });
    expect(status).toBe(200);
    expect(decodeURIComponent(headers.get('x-aaccountid') ?? '')).toMatch(/^712020:/);
  });

  it('refuses a bearer that the site did not issue', async () => {
    const answer = await jira.get('/rest/api/3/myself', { as: null, headers: { authorization: 'Bearer x' } });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'Failed to parse Connect Session Auth Token' },
    ]);
  });

  it('ends with a revoked or expired token and an inactive holder', async () => {
    const add = (token: string, expiresAt?: string) =>
      jira.control('POST', `/sites/${acme}/tokens`, { email: 'linus@acme.example', token, expiresAt });
    const status = async (token: string): Promise<number> =>
      (await jira.get('/rest/api/3/myself', { as: ['linus@acme.example', token] })).status;
    await add('first');
    await add('late', '2020-01-01T00:00:00Z');
    expect(await status('first')).toBe(200);
    expect(await status('late')).toBe(401);

    await jira.control('DELETE', `/sites/${acme}/tokens/first`);
    expect(await status('first')).toBe(401);

    await add('second');
    const { accountId } = (
      await jira.get<{ accountId: string }>('/rest/api/3/myself', { as: ['linus@acme.example', 'second'] })
    ).body;
    await jira.control('PATCH', `/sites/${acme}/users/${accountId}`, { active: false });
    expect(await status('second')).toBe(401);
    await jira.control('PATCH', `/sites/${acme}/users/${accountId}`, { active: true });
    expect(await status('second')).toBe(200);
  });

  it('answers with what anybody may see where the site is set to do as the real one does', async () => {
    await jira.control('PATCH', `/sites/${acme}`, { badCredentials: 'anonymous' });
    const as: [string, string] = ['admin@acme.example', 'expired'];
    const found = await jira.search('created >= -60d', {}, { as });
    const people = await jira.get('/rest/api/3/user/search?query=ada', { as });
    const mine = await jira.search('assignee = currentUser()', {}, { as });
    const self = await jira.get('/rest/api/3/myself', { as });
    const created = await jira.call('POST', '/rest/api/3/issue', { as, body: { fields: {} } });
    await jira.control('PATCH', `/sites/${acme}`, { badCredentials: 'refused' });

    expect([found.status, found.body.issues]).toEqual([200, []]);
    expect(found.headers.get('x-seraph-loginreason')).toBe('AUTHENTICATED_FAILED');
    expect([people.status, people.body]).toEqual([200, []]);
    expect([mine.status, mine.text]).toEqual([400, expect.stringContaining('anonymous users')]);
    expect([self.status, created.status]).toEqual([401, 401]);
  });

  it('knows nothing of other sites', async () => {
    const { status, body } = await jira.get('/rest/api/3/myself', { host: 'unknown.atlassian.net' });
    expect([status, body]).toEqual([
      404,
      { errorCode: 'OTHER', errorMessage: 'Site temporarily unavailable' },
    ]);
  });
});

describe('people', () => {
  type Person = { accountId: string; displayName: string; emailAddress?: string; accountType: string };
  const people = async (parameters: string, path = 'user/search'): Promise<Person[]> =>
    (await jira.get<Person[]>(`/rest/api/3/${path}?${parameters}`)).body;
  const names = async (parameters: string, path?: string): Promise<string[]> =>
    (await people(parameters, path)).map(({ displayName }) => displayName);

  it.each([
    ['query=ada', ['Ada Lovelace']],
    ['query=lovel', ['Ada Lovelace']],
    ['query=ada%20love', ['Ada Lovelace']],
    ['query=MARGARET%40acme.example', ['Margaret Stone']],
    ['query=linus%40', ['Linus Park']],
    ['query=grace%40acme.example', ['Grace Hopper']],
    ['query=automation', ['Automation for Jira']],
    ['query=carla', ['Carla Customer']],
    ['query=sam', []],
    ['query=velace', []],
    ['accountId=5f0c1ada0a7e2b0014c0ada1', ['Ada Lovelace']],
  ])('finds for %s %j', async (parameters, expected) => {
    expect(await names(parameters)).toEqual(expected);
  });

  it('finds by a hidden address without showing it, and shows it once it is not hidden', async () => {
    const [grace] = await people('query=grace@acme.example');
    expect(grace).not.toHaveProperty('emailAddress');

    await jira.control('PATCH', `/sites/${acme}/users/${grace?.accountId}`, { emailVisible: true });
    expect((await people('query=grace@'))[0]?.emailAddress).toBe('grace@acme.example');
    await jira.control('PATCH', `/sites/${acme}/users/${grace?.accountId}`, { emailVisible: false });
    expect(JSON.stringify(await people('query=grace@'))).not.toContain('grace@');
  });

  it('lists everybody, the inactive too, page by page', async () => {
    const all = await names('', 'users/search');
    expect(all).toHaveLength(9);
    expect(all).toContain('Sam Former');
    expect(await names('startAt=2&maxResults=3', 'users/search')).toEqual(all.slice(2, 5));
    expect(await names('maxResults=0', 'users/search')).toEqual(all.slice(0, 1));
    expect(await names('query=a&startAt=1&maxResults=1')).toEqual((await names('query=a')).slice(1, 2));
  });

  it('reads one person and refuses unknown ones and searches for nothing', async () => {
    const [ada] = await people('query=ada');
    expect((await jira.get(`/rest/api/3/user?accountId=${ada?.accountId}`)).body).toEqual(ada);
    expect((await jira.get('/rest/api/3/user?accountId=nobody')).status).toBe(404);
    expect((await jira.get('/rest/api/3/user')).status).toBe(400);
    expect((await jira.get('/rest/api/3/user/search')).status).toBe(400);
    expect((await jira.get('/rest/api/3/user/search?username=ada')).status).toBe(400);
    const words = await jira.get('/rest/api/3/user/search?query=a&maxResults=many');
    expect([words.status, words.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json;charset=UTF-8',
    ]);
  });
});

describe('search', () => {
  beforeAll(async () => {
    await jira.control('POST', '/sites', {
      host: big,
      users: [{ displayName: 'Boss', email: bigAdmin[0] }, { displayName: 'Worker' }],
      tokens: [{ email: bigAdmin[0], token: bigAdmin[1] }],
      projects: [{ key: 'BIG' }],
    });
    await jira.control('POST', `/sites/${big}/issues`, {
      count: 250,
      template: { summary: 'Part {n}', assignee: 'Worker' },
      created: { from: '2026-01-01T00:00:00Z', to: '2026-06-30T00:00:00Z' },
      updated: '2026-07-01T00:00:00Z',
    });
  });

  const walk = async (parameters: Record<string, string>): Promise<{ keys: string[]; sizes: number[] }> => {
    const keys: string[] = [];
    const sizes: number[] = [];
    let token: string | undefined;
    do {
      const page = await jira.search(
        'project = BIG ORDER BY created ASC',
        { ...parameters, ...(token && { nextPageToken: token }) },
        asBig,
      );
      expect(page.status).toBe(200);
      expect(page.body.isLast).toBe(page.body.nextPageToken === undefined);
      keys.push(...page.body.issues.map(({ key, id }) => key ?? id));
      sizes.push(page.body.issues.length);
      token = page.body.nextPageToken;
    } while (token !== undefined);
    return { keys, sizes };
  };

  it('pages through 250 issues, each once, and never more than the cap with fields', async () => {
    const { keys, sizes } = await walk({ fields: 'summary', maxResults: '5000' });
    expect(sizes).toEqual([100, 100, 50]);
    expect(keys).toEqual(Array.from({ length: 250 }, (_, index) => `BIG-${index + 1}`));

    await jira.control('PATCH', `/sites/${big}`, { pageCap: 60 });
    expect((await walk({ fields: '*all', maxResults: '100' })).sizes).toEqual([60, 60, 60, 60, 10]);
    await jira.control('PATCH', `/sites/${big}`, { pageCap: 50 });
    expect((await walk({ fields: 'summary', maxResults: '100' })).sizes).toEqual([50, 50, 50, 50, 50]);
    await jira.control('PATCH', `/sites/${big}`, { pageCap: 100 });
    expect((await walk({ fields: 'summary', maxResults: '30' })).sizes.slice(0, 2)).toEqual([30, 30]);
  });

  it('brings only ids without fields, 50 unless more are asked for', async () => {
    const { body } = await jira.search('project = BIG', {}, asBig);
    expect(body.issues).toHaveLength(50);
    expect(Object.keys(body.issues[0] ?? {})).toEqual(['id']);
    expect((await walk({ maxResults: '5000' })).sizes).toEqual([250]);
  });

  it('reads fields repeated, comma separated, excluded, and as an array of a body', async () => {
    const fieldsOf = async (query: string): Promise<string[]> => {
      const path = `/rest/api/3/search/jql?jql=project=BIG&maxResults=1&${query}`;
      const { body } = await jira.get<Found>(path, asBig);
      return Object.keys(body.issues[0]?.fields ?? {}).toSorted();
    };
    expect(await fieldsOf('fields=summary&fields=status')).toEqual(['status', 'summary']);
    expect(await fieldsOf('fields=summary,status,unknown')).toEqual(['status', 'summary']);
    const all = await fieldsOf('fields=*all');
    expect(all).toContain('description');
    expect(await fieldsOf('fields=*all,-description')).toEqual(all.filter((name) => name !== 'description'));

    const post = await jira.call<Found>('POST', '/rest/api/3/search/jql', {
      ...asBig,
      body: { jql: 'project = BIG', maxResults: 1, fields: ['summary', 'assignee'] },
    });
    expect(Object.keys(post.body.issues[0]?.fields ?? {}).toSorted()).toEqual(['assignee', 'summary']);
  });

  it('reads a body only in a POST and a query string only in a GET', async () => {
    const path = '/rest/api/3/search/jql?jql=project=BIG&maxResults=1';
    expect((await jira.call('POST', path, { ...asBig, body: {} })).status).toBe(400);
    const { body } = await jira.call<Found>('POST', path, { ...asBig, body: { jql: 'project = BIG' } });
    expect(body.issues).toHaveLength(50);
  });

  it.each(['', 'ORDER BY created DESC', '   '])('refuses the unbounded query %j', async (jql) => {
    const message =
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.';
    const answers = [
      await jira.search(jql),
      await jira.call('POST', '/rest/api/3/search/jql', { body: { jql } }),
      await jira.call('POST', '/rest/api/3/search/approximate-count', { body: { jql } }),
    ];
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([400, { errorMessages: [message], errors: {} }]);
    }
  });

  it('refuses page tokens that are invented, of another query, of another person or too old', async () => {
    const { body } = await jira.search('project = BIG', { maxResults: '10' }, asBig);
    const token = body.nextPageToken ?? '';
    const status = async (jql: string, nextPageToken: string): Promise<number> =>
      (await jira.search(jql, { nextPageToken }, asBig)).status;
    expect(await status('project = BIG', token)).toBe(200);
    expect(await status('project = BIG', 'BOGUS')).toBe(400);
    expect(await status('project = BIG', btoa('[20,9999999999999,"x"]'))).toBe(400);
    expect(await status('project = BIG AND created > -1w', token)).toBe(400);
    const other = await jira.search('project = WEB', { nextPageToken: token });
    expect(other.status).toBe(400);

    process.env['CLOCK_OFFSET_MS'] = String(8 * 24 * 3600 * 1000);
    expect(await status('project = BIG', token)).toBe(400);
    delete process.env['CLOCK_OFFSET_MS'];
  });

  it.each(['0', '-1', '5001'])('refuses maxResults=%s', async (maxResults) => {
    expect((await jira.search('project = WEB', { maxResults })).status).toBe(400);
    const body = { jql: 'project = WEB', maxResults: Number(maxResults) };
    expect((await jira.call('POST', '/rest/api/3/search/jql', { body })).status).toBe(400);
  });

  it('refuses bodies that are none', async () => {
    const post = (body: unknown, headers = {}) =>
      jira.call('POST', '/rest/api/3/search/jql', { body, headers });
    expect((await post('{"jql":')).text).toContain('error parsing JSON');
    expect((await post({ jql: 'project = WEB', startAt: 50 })).text).toContain('Invalid request payload');
    expect((await post({ jql: ['project = WEB'] })).status).toBe(400);
    expect((await post('jql=x', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('counts', async () => {
    const { body } = await jira.call('POST', '/rest/api/3/search/approximate-count', {
      ...asBig,
      body: { jql: 'assignee = Worker' },
    });
    expect(body).toEqual({ count: 250 });
  });

  it.each(['GET', 'POST'])('answers 410 to %s of the removed search', async (method) => {
    const options = method === 'POST' ? { body: { jql: 'project = WEB' } } : {};
    const { status, body } = await jira.call(method, '/rest/api/3/search', options);
    expect([status, body]).toEqual([
      410,
      { errorMessages: [expect.stringContaining('/rest/api/3/search/jql')], errors: {} },
    ]);
  });
});

describe('issues', () => {
  type IssueBody = { key: string; id: string; fields: Record<string, unknown> };
  const read = async (key: string, query = '') =>
    (await jira.get<IssueBody>(`/rest/api/3/issue/${key}${query}`)).body;
  const create = (fields: Record<string, unknown>) =>
    jira.call<IssueBody>('POST', '/rest/api/3/issue', { body: { fields } });

  it('are read by key in any case, by id and by the key they had before a move', async () => {
    const issue = await read('ops-4');
    expect(issue.key).toBe('OPS-4');
    expect(await read(issue.id)).toEqual(issue);
    expect(Object.keys((await read('OPS-4', '?fields=summary')).fields)).toEqual(['summary']);

    const moved = await jira.control<{ key: string }>('PATCH', `/sites/${acme}/issues/OPS-4`, {
      project: 'WEB',
    });
    expect(moved.key).toMatch(/^WEB-\d+$/);
    expect((await read('OPS-4')).key).toBe(moved.key);
    expect(await jira.keys('key = OPS-4')).toEqual([moved.key]);
    expect(await jira.keys(`project = OPS AND key = ${moved.key}`)).toEqual([]);
  });

  it('that do not exist or were deleted are 404', async () => {
    await jira.control('DELETE', `/sites/${acme}/issues/WEB-7`);
    for (const key of ['WEB-7', 'WEB-999', 'nonsense']) {
      const { status, body } = await jira.get(`/rest/api/3/issue/${key}`);
      expect([status, body]).toEqual([
        404,
        { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
      ]);
    }
  });

  it('are created, found and changed', async () => {
    const created = await create({
      project: { key: 'WEB' },
      issuetype: { name: 'Bug' },
      summary: 'Zebra stripes on the invoice',
      assignee: { accountId: '5f0c1ada0a7e2b0014c0ada1' },
      labels: ['printing'],
    });
    expect(created.status).toBe(201);
    const { key } = created.body;
    expect(await jira.keys('summary ~ "zebra" AND reporter = currentUser()')).toEqual([key]);
    expect((await read(key)).fields).toMatchObject({
      status: { name: 'To Do', statusCategory: { key: 'new' } },
      assignee: { displayName: 'Ada Lovelace' },
      creator: { displayName: 'Acme Admin' },
    });

    const change = (fields: unknown) => jira.call('PUT', `/rest/api/3/issue/${key}`, { body: { fields } });
    expect((await change({ summary: 'Quagga stripes', assignee: null })).status).toBe(204);
    expect(await jira.keys('summary ~ zebra')).toEqual([]);
    expect(await jira.keys('summary ~ quagga AND assignee IS EMPTY')).toEqual([key]);
    const old = { body: { update: { labels: [{ set: ['points'] }] } } };
    expect((await jira.call('PUT', '/rest/api/3/issue/WEB-15', old)).status).toBe(204);
    expect(await jira.keys('labels = points AND updated >= -1m AND created < -10d')).toEqual(['WEB-15']);
    expect((await change({ status: { name: 'Done' } })).body).toEqual({
      errorMessages: [],
      errors: { status: "Field 'status' cannot be set. It is not on the appropriate screen, or unknown." },
    });
    expect((await change({ summary: '' })).status).toBe(400);
    expect((await change({ description: 'plain text' })).text).toContain('Atlassian Document');
  });

  it('are refused without project, type and summary', async () => {
    expect((await create({})).body).toEqual({
      errorMessages: [],
      errors: { project: 'Specify a valid project ID or key' },
    });
    expect((await create({ project: { key: 'WEB' } })).body).toEqual({
      errorMessages: [],
      errors: {
        issuetype: 'Specify a valid issue type',
        summary: 'You must specify a summary of the issue.',
      },
    });
  });

  it('are suggested from the own history, and from the site only with currentJQL', async () => {
    type Picked = { sections: { id: string; issues: { key: string; summary: string }[] }[] };
    const pick = async (query: string) =>
      (await jira.get<Picked>(`/rest/api/3/issue/picker?${query}`)).body.sections;
    expect(await pick('query=basket')).toMatchObject([{ id: 'hs', issues: [{ key: 'WEB-9' }] }]);
    expect(await pick('query=guest')).toMatchObject([{ id: 'hs', issues: [] }]);
    expect(await pick('query=guest&currentJQL=')).toMatchObject([
      { id: 'hs' },
      { id: 'cs', issues: [{ key: 'WEB-2', summary: '<b>Guest</b> checkout without an account' }] },
    ]);
    expect(await pick('query=guest&currentJQL=project%3DOPS')).toMatchObject([
      { id: 'hs' },
      { id: 'cs', issues: [], msg: 'No matching issues found' },
    ]);
  });

  it('follow a transition made by a control', async () => {
    await jira.control('PATCH', `/sites/${acme}/issues/WEB-8`, { status: 'Shipped' });
    const { fields } = await read('WEB-8');
    expect(fields).toMatchObject({
      status: { name: 'Shipped', statusCategory: { key: 'done' } },
      resolution: { name: 'Done' },
    });
    expect(fields['resolutiondate']).toBe(fields['updated']);
    expect(fields['updated']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  });
});

describe('projects', () => {
  it('are searched, ordered and paged', async () => {
    const projects = async (query: string) =>
      (await jira.get<{ values: { key: string }[] }>(`/rest/api/3/project/search?${query}`)).body;
    expect((await projects('')).values.map(({ key }) => key)).toEqual(['OPS', 'WEB']);
    expect((await projects('query=shop')).values.map(({ key }) => key)).toEqual(['WEB']);
    expect(await projects('orderBy=-key&maxResults=1')).toMatchObject({
      total: 2,
      isLast: false,
      values: [{ key: 'WEB' }],
      nextPage: 'https://acme.atlassian.net/rest/api/3/project/search?maxResults=1&startAt=1',
    });
  });
});

describe('limits', () => {
  it('refuse with 429 when the bucket is empty, and grant again after the wait that was named', async () => {
    await jira.control('PATCH', `/sites/${acme}`, { limit: { burst: 3, perSecond: 1 } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await jira.get('/rest/api/3/serverInfo')).status);
    }
    const refused = await jira.get('/rest/api/3/serverInfo');
    expect(statuses).toEqual([200, 200, 200]);
    expect(refused.status).toBe(429);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '1',
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
      'ratelimit-reason': 'jira-burst-based',
    });

    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await jira.get('/rest/api/3/serverInfo')).status).toBe(200);
    await jira.control('PATCH', `/sites/${acme}`, { limit: null });
    expect((await jira.get('/rest/api/3/serverInfo')).headers.has('x-ratelimit-limit')).toBe(false);
  });
});

describe('faults', () => {
  beforeEach(() => jira.control('DELETE', '/faults'));

  it('replace, cut and lose answers of one site', async () => {
    await jira.control('POST', '/sites', { host: 'other.atlassian.net' });
    await jira.fault({
      match: { host: acme, path: 'myself$' },
      times: 1,
      act: { kind: 'answer', status: 503 },
    });
    const other = {
      host: 'other.atlassian.net',
      as: ['admin@example.com', 'jira-token'] as [string, string],
    };
    expect((await jira.get('/rest/api/3/myself', other)).status).toBe(200);
    expect((await jira.get('/rest/api/3/myself')).status).toBe(503);
    expect((await jira.get('/rest/api/3/myself')).status).toBe(200);

    await jira.fault({ match: { path: 'myself$' }, times: 1, act: { kind: 'cut' } });
    await expect(jira.get('/rest/api/3/myself')).rejects.toThrow();

    await jira.fault({ match: { method: 'POST' }, times: 1, act: { kind: 'lose' } });
    const fields = { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'Narwhal' };
    await expect(jira.call('POST', '/rest/api/3/issue', { body: { fields } })).rejects.toThrow();
    expect(await jira.keys('summary ~ narwhal')).toHaveLength(1);
  });
});

describe('controls', () => {
  it('answer what is wrong with their input', async () => {
    const post = (path: string, body: unknown) => jira.call('POST', `/__standin${path}`, { body });
    expect((await post('/sites/none.example/issues', {})).status).toBe(404);
    const answer = await post(`/sites/${acme}/issues`, { issues: [{ status: 'Nowhere' }] });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Waiting for design')]);
    expect((await post(`/sites/${acme}/issues`, { issues: [{ assignee: 'Nobody' }] })).status).toBe(400);
    expect((await post(`/sites/${acme}/issues`, { issues: [{ created: 'soon' }] })).status).toBe(400);
    expect((await jira.call('DELETE', `/__standin/sites/${acme}/tokens/none`)).status).toBe(404);
  });
});

describe('a restart', () => {
  it('keeps sites, issues, revoked tokens and page tokens, and no token in clear', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'jira-'));
    const file = join(directory, 'jira.json');
    const first = await openJira(file);
    const fields = { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'Survivor' };
    await first.call('POST', '/rest/api/3/issue', { body: { fields } });
    await first.control('POST', `/sites/${acme}/tokens`, { email: 'ada@acme.example', token: 'gone' });
    await first.control('DELETE', `/sites/${acme}/tokens/gone`);
    const { body } = await first.search('project = WEB', { maxResults: '5' });
    await first.stop();
    expect(await readFile(file, 'utf8')).not.toContain('jira-demo-token');

    const second = await openJira(file);
    expect(await second.keys('summary ~ survivor')).toHaveLength(1);
    const gone = await second.get('/rest/api/3/myself', { as: ['ada@acme.example', 'gone'] });
    expect(gone.status).toBe(401);
    const next = await second.search('project = WEB', { nextPageToken: body.nextPageToken ?? '' });
    expect(next.status).toBe(200);
    expect(next.body.issues[0]?.id).not.toBe(body.issues[0]?.id);
    await second.stop();
    await rm(directory, { recursive: true });
  });
});

describe("somebody else's client", () => {
  it('signs in, searches page by page and reads errors', async () => {
    const host = new URL(jira.origin).host;
    await jira.control('POST', '/sites', { host });
    await jira.control('POST', `/sites/${host}/issues`, { count: 120, template: { status: 'In Progress' } });
    const [email, apiToken] = ['admin@example.com', 'jira-token'];
    const client = createCloudClient({
      host: jira.origin,
      auth: { type: 'basic', email, apiToken },
      onSchemaMismatch: 'throw',
    });

    expect(await client.myself.getCurrentUser()).toMatchObject({ displayName: 'Site Admin' });
    const jql = 'statusCategory = "In Progress"';
    const page = await client.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      jql,
      fields: ['summary'],
      maxResults: 200,
    });
    expect(page.issues).toHaveLength(100);
    const rest = await client.issueSearch.searchAndReconsileIssuesUsingJql({
      jql,
      fields: ['summary'],
      nextPageToken: page.nextPageToken ?? '',
    });
    expect([rest.issues?.length, rest.isLast]).toEqual([20, true]);
    await expect(
      client.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'nothing here' }),
    ).rejects.toThrow(/Expecting operator/);

    const strangers = createCloudClient({
      host: jira.origin,
      auth: { type: 'basic', email, apiToken: admin[1] },
    });
    await expect(strangers.myself.getCurrentUser()).rejects.toMatchObject({ status: 401 });
  });
});
