import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Failure, type Found, type Github, linksOf, openGithub, titles } from './github-caller.ts';

/** A small world with fixed dates: `lab/open` and `nova/open` are public, `lab/closed` is not. */

let github: Github;
const lab = { token: 'ghp_lab' };

const pulls = [
  [
    'lab/open',
    'Fix login',
    { author: 'tess', state: 'merged', created: '2026-01-10T12:00:00Z', merged: '2026-03-05T23:59:59Z' },
  ],
  ['lab/open', 'Fix login page again', { author: 'Tess', state: 'open', created: '2026-02-01T00:00:00Z' }],
  ['lab/open', 'Draft of the login', { author: 'tess', state: 'draft', created: '2026-02-02T10:00:00Z' }],
  [
    'lab/closed',
    'Secret change',
    { author: 'tess', state: 'closed', created: '2026-02-03T10:00:00Z', closed: '2026-02-04T10:00:00Z' },
  ],
  [
    'nova/open',
    'Nova change',
    {
      author: 'omar',
      state: 'open',
      created: '2026-02-28T23:30:00Z',
      reviewers: ['tess'],
      labels: ['help wanted', 'bug'],
    },
  ],
] as const;
const issues = [
  [
    'lab/open',
    'Login fails',
    { author: 'omar', body: 'ask @tess, not @tesselation', labels: ['bug'], created: '2026-02-01T23:59:59Z' },
  ],
  [
    'nova/open',
    'Crash on start',
    { author: 'omar', assignees: ['tess'], labels: ['bug', 'urgent'], created: '2026-02-02T00:00:00Z' },
  ],
  [
    'lab/closed',
    'Secret bug',
    { author: 'tess', state: 'closed', created: '2026-01-01T00:00:00Z', closed: '2026-01-02T00:00:00Z' },
  ],
] as const;

beforeAll(async () => {
  github = await openGithub();
  for (const [login, rest] of [
    ['tess', { name: 'Tess de Vries', email: 'tess@lab.example' }],
    ['omar', { name: 'Omar Tess-Haddad' }],
    ['tesselation', {}],
    ['outsider', {}],
  ] as const) {
    await github.control('users', { login, ...rest });
  }
  await github.control('users', { login: 'robot[bot]', type: 'Bot' });
  await github.control('organizations', { login: 'lab', members: [{ login: 'tess' }] });
  await github.control('organizations', { login: 'nova' });
  await github.control('organizations', { login: 'vault', members: [{ login: 'omar' }] });
  await github.control('repositories', { repository: 'lab/open', description: 'Login service', stars: 3 });
  await github.control('repositories', { repository: 'lab/closed', private: true });
  await github.control('repositories', { repository: 'nova/open', language: 'Rust', stars: 9 });
  await github.control('repositories', { repository: 'nova/copy', fork: true });
  await github.control('repositories', { repository: 'vault/notes', private: true });
  await github.control('tokens', { token: 'ghp_lab', user: 'tess', scopes: ['repo'] });
  await github.control('tokens', { token: 'ghp_outsider', user: 'outsider', scopes: ['repo'] });
  for (const [repository, title, rest] of pulls) {
    await github.control('pulls', { repository, title, updated: '2026-03-20T00:00:00Z', ...rest });
  }
  for (const [repository, title, rest] of issues)
    await github.control('issues', { repository, title, ...rest });
});
afterAll(() => github.stop());

/** Only of this world. */
const here = 'org:lab org:nova';
const hits = async (
  q: string,
  options: { token?: string; with?: string } = lab,
): Promise<string[] | string> => {
  const { status, body } = await github.search<Found & Failure>(q, { ...lab, ...options });
  return status === 200 ? titles(body) : `${status} ${body.errors?.[0]?.message ?? body.message}`;
};

const [login, again, draft, secret, nova] = pulls.map(([, title]) => title);
const [fails, crash, secretBug] = issues.map(([, title]) => title);
const all = (...names: (string | undefined)[]) => names.map((name) => name ?? '').toSorted();

describe('qualifiers', () => {
  it.each<[string, string[]]>([
    [`is:pr ${here}`, all(login, again, draft, secret, nova)],
    [`is:pull-request ${here}`, all(login, again, draft, secret, nova)],
    [`type:issue ${here}`, all(fails, crash, secretBug)],
    [`is:issue is:pr ${here}`, []],
    [`is:pr is:open ${here}`, all(again, draft, nova)],
    [`is:pr state:closed ${here}`, all(login, secret)],
    [`is:pr is:merged ${here}`, all(login)],
    [`is:pr is:unmerged is:closed ${here}`, all(secret)],
    [`is:pr draft:true ${here}`, all(draft)],
    [`is:pr is:open -is:draft ${here}`, all(again, nova)],
    [`is:pr draft:false is:open ${here}`, all(again, nova)],
    [`is:pr is:private ${here}`, all(secret)],
    [`is:pr is:public is:private ${here}`, all(login, again, draft, secret, nova)],
    ['is:pr author:TESS', all(login, again, draft, secret)],
    ['is:pr author:@me', all(login, again, draft, secret)],
    ['is:pr author:tess author:omar', all(login, again, draft, secret, nova)],
    [`is:pr -author:tess ${here}`, all(nova)],
    ['is:issue assignee:tess', all(crash)],
    [`is:issue no:assignee ${here}`, all(fails, secretBug)],
    ['is:issue mentions:tess', all(fails)],
    ['is:issue involves:tess', all(fails, crash, secretBug)],
    ['is:pr review-requested:@me', all(nova)],
    ['is:pr org:nova', all(nova)],
    ['is:pr user:lab', all(login, again, draft, secret)],
    ['is:pr repo:Lab/Open', all(login, again, draft)],
    ['is:pr repo:lab/closed repo:nova/open', all(secret, nova)],
    [`is:pr ${here} -repo:lab/open`, all(secret, nova)],
    [`is:issue label:bug ${here}`, all(fails, crash)],
    [`is:issue label:bug label:urgent ${here}`, all(crash)],
    [`is:issue label:urgent,missing ${here}`, all(crash)],
    [`is:pr label:"help wanted" ${here}`, all(nova)],
    [`is:issue -label:urgent ${here}`, all(fails, secretBug)],
    [`is:pr login ${here}`, all(login, again, draft)],
    [`is:pr login fix ${here}`, all(login, again)],
    [`is:pr "login page" ${here}`, all(again)],
    [`is:pr log ${here}`, []],
    [`is:pr login -page ${here}`, all(login, draft)],
    [`is:pr login NOT fix ${here}`, all(draft)],
    [`is:pr page OR draft ${here}`, all(again, draft)],
    [`is:issue tess in:title ${here}`, []],
    [`is:issue tess in:title,body ${here}`, all(fails)],
    ['IS:PR Author:tess', all(login, again, draft, secret)],
  ])('%s', async (q, expected) => {
    expect(await hits(q)).toEqual(expected);
  });
});

describe('dates', () => {
  it.each<[string, string[]]>([
    ['created:2026-02-01', all(again)],
    ['created:>=2026-02-02', all(draft, secret, nova)],
    ['created:>2026-02-02', all(secret, nova)],
    ['created:<2026-02-01', all(login)],
    ['created:<=2026-02-01', all(login, again)],
    ['created:2026-02-01..2026-02-02', all(again, draft)],
    ['created:*..2026-02-01', all(login, again)],
    ['created:2026-02-03..*', all(secret, nova)],
    ['created:2026-02-02T10:00:00Z..2026-02-03T10:00:00Z', all(draft, secret)],
    ['created:>2026-02-02T10:00:00Z', all(secret, nova)],
    // Half past eleven at night in UTC is the next day two hours east, and the same day four hours west.
    ['created:>=2026-03-01T00:00:00+02:00', all(nova)],
    ['created:>=2026-03-01T00:00:00-04:00', []],
    ['created:2026-02-28T19:30:00-04:00', all(nova)],
    // Merged late: long after it was created, in the last second of the day asked for.
    ['merged:2026-03-01..2026-03-05', all(login)],
    ['merged:2026-03-01..2026-03-04', []],
    ['merged:<2026-03-06', all(login)],
    ['closed:2026-02-04', all(secret)],
    ['updated:>=2026-03-20', all(login, again, draft, secret, nova)],
    ['updated:>2026-03-20', []],
    ['-created:>=2026-02-02', all(login, again)],
  ])('%s', async (q, expected) => {
    expect(await hits(`is:pr ${here} ${q}`)).toEqual(expected);
  });

  it.each(['created:yesterday', 'merged:2026-02-30', 'updated:>=2026-2-1', 'closed:2026-01-01..'])(
    'refuses %s',
    async (q) => {
      expect(await hits(`is:pr ${q}`)).toMatch(/^422 ".+" is not a recognized date\/time format/);
    },
  );
});

describe('the advanced syntax', () => {
  const advanced = { ...lab, with: '&advanced_search=true' };

  it.each<[string, string[]]>([
    ['is:pr (org:lab OR org:nova) is:open', all(again, draft, nova)],
    ['is:pr org:lab org:nova', []],
    ['is:pr (author:omar OR (author:tess AND is:merged))', all(login, nova)],
    ['is:pr is:merged author:tess OR is:pr author:omar', all(login, nova)],
    ['is:pr (repo:lab/open OR repo:nova/open) NOT author:tess', all(nova)],
    ['is:pr org:lab ("login page" OR secret)', all(again, secret)],
    ['is:issue (org:lab OR org:nova) NOT (label:urgent OR author:tess)', all(fails)],
  ])('%s', async (q, expected) => {
    expect(await hits(q, advanced)).toEqual(expected);
  });

  it('is plain text without the parameter, unless told otherwise', async () => {
    expect(await hits('is:pr (org:lab OR org:nova)')).toMatch(/^422 The listed users and repositories/);
    expect(await hits('is:pr org:lab (login)')).toEqual(all(login, again, draft));
    expect(await hits('is:pr author:tess OR author:omar')).toMatch(/^422 The search contains only logical/);
    await github.control('search', { advanced: true });
    expect(await hits('is:pr (author:omar OR is:merged) (org:lab OR org:nova)')).toEqual(all(login, nova));
    await github.control('search', { advanced: false });
  });
});

describe('refusals', () => {
  const users = /^422 The listed users cannot be searched/;
  const resources = /^422 The listed users and repositories cannot be searched/;

  it.each<[string, RegExp | string[]]>([
    ['', /^422 Validation Failed|^422 undefined/],
    ['login', /^422 Query must include 'is:issue' or 'is:pull-request'/],
    ['is:pr author:nobody', users],
    ['is:pr assignee:nobody', users],
    ['is:pr author:nobody author:omar', [nova ?? '']],
    ['is:pr org:nothing', resources],
    ['is:pr org:vault', resources],
    ['is:pr repo:vault/notes', resources],
    ['is:pr repo:lab/missing', resources],
    ['is:pr repo:vault/notes repo:nova/open', [nova ?? '']],
    ['is:pr a AND b AND c AND d AND e AND f AND g', /^422 More than five AND \/ OR \/ NOT operators/],
    ['is:pr commenter:tess', /^501 The stand-in has no qualifier "commenter:"/],
  ])('%s', async (q, expected) => {
    const got = await hits(q);
    if (Array.isArray(expected)) expect(got).toEqual(expected);
    else expect(got).toMatch(expected);
  });

  it('has the documented shape', async () => {
    const { body } = await github.search<Failure>('is:pr author:nobody', lab);

    expect(body).toEqual({
      message: 'Validation Failed',
      errors: [{ message: expect.any(String), resource: 'Search', field: 'q', code: 'invalid' }],
      documentation_url: 'https://docs.github.com/v3/search/',
      status: '422',
    });
    expect((await github.get<Failure>('/search/issues')).body.errors).toEqual([
      { resource: 'Search', field: 'q', code: 'missing' },
    ]);
  });

  it('takes 256 characters and no more', async () => {
    const q = 'is:pr org:lab ';

    expect(await hits(q + 'x'.repeat(256 - q.length))).toEqual([]);
    expect(await hits(q + 'x'.repeat(257 - q.length))).toMatch(
      /^422 The search is longer than 256 characters/,
    );
    // In practice a space between words weighs three characters.
    expect(await hits(`is:pr ${'xy '.repeat(60)}`)).toMatch(/^422 The search is longer/);
  });
});

describe('pages of hits', () => {
  it('shows the first thousand of more', async () => {
    await github.control('pulls', {
      repository: 'nova/open',
      author: 'outsider',
      count: 1105,
      title: 'Change {n}',
      created: { from: '2025-01-01T00:00:00Z', to: '2025-12-31T00:00:00Z' },
    });
    const page = (query: string) => github.search('is:pr author:outsider', { ...lab, with: query });
    const first = await page('&per_page=100&sort=created&order=asc');
    expect(first.body.total_count).toBe(1105);
    expect(first.body.items.map(({ title }) => title).slice(0, 2)).toEqual(['Change 1', 'Change 2']);
    expect(linksOf(first)['last']).toMatch(/[?&]page=10$/);

    const numbers = new Set(first.body.items.map(({ number }) => number));
    for (let next = linksOf(first)['next']; next; ) {
      const answer = await github.get<Found>(next, lab);
      for (const { number } of answer.body.items) numbers.add(number);
      next = linksOf(answer)['next'];
    }
    expect(numbers.size).toBe(1000);

    const beyond = await page('&per_page=100&page=11');
    expect([beyond.status, beyond.body]).toEqual([
      422,
      {
        message: 'Only the first 1000 search results are available',
        documentation_url: 'https://docs.github.com/v3/search/',
        status: '422',
      },
    ]);
    expect((await page('&page=34')).body.items).toHaveLength(30);
    expect((await page('&page=35')).status).toBe(422);
  });

  it('sorts as asked, by parameter or in the query', async () => {
    const order = async (q: string, query = '') =>
      (await github.search(`is:pr is:merged org:lab org:acme-corp ${q}`, { with: query })).body.items.map(
        (item) => item.updated_at,
      );
    const newest = await order('', '&sort=updated');

    expect(newest).toEqual(newest.toSorted().reverse());
    expect(await order('', '&sort=updated&order=asc')).toEqual(newest.toReversed());
    expect(await order('sort:updated-asc')).toEqual(newest.toReversed());
  });

  it('says when it ran out of time', async () => {
    await github.control('search', { incomplete: 1, keep: 2 });
    const cut = await github.search('is:pr author:tess', lab);
    const whole = await github.search('is:pr author:tess', lab);

    expect([cut.body.incomplete_results, cut.body.items.length]).toEqual([true, 2]);
    expect([whole.body.incomplete_results, whole.body.items.length]).toEqual([false, 4]);
  });
});

describe('people and repositories', () => {
  const logins = async (q: string) => {
    const { body } = await github.search<{ items: { login: string }[] }>(q, { kind: 'users' });
    return body.items.map((one) => one.login).toSorted();
  };
  const names = async (q: string, token = 'ghp_lab') => {
    const { body } = await github.search<{ items: { full_name: string }[] }>(q, {
      kind: 'repositories',
      token,
    });
    return body.items.map((one) => one.full_name).toSorted();
  };

  it.each([
    ['tess', ['tess', 'tesselation']],
    ['tess in:login', ['tess', 'tesselation']],
    ['tess in:name', ['omar', 'tess']],
    ['tess in:login in:name in:email', ['omar', 'tess', 'tesselation']],
    ['vries', []],
    ['vries in:name', ['tess']],
    ['"tess de vries" in:name', ['tess']],
    ['tess@lab.example', ['tess']],
    ['lab.example in:email', []],
    ['grace@acme.example in:email', []],
    ['acme type:org', ['acme-corp']],
    ['acme type:user', ['acme-bot-admin', 'ada-acme', 'grace-acme', 'linus-acme', 'margaret-acme']],
    ['user:ADA-acme', ['ada-acme']],
    ['robot', []],
  ])('users: %s', async (q, expected) => {
    expect(await logins(q)).toEqual(expected);
  });

  it.each([
    ['login', ['lab/open']],
    ['org:lab', ['lab/closed', 'lab/open']],
    ['org:lab is:public', ['lab/open']],
    ['user:nova', ['nova/open']],
    ['user:nova fork:true', ['nova/copy', 'nova/open']],
    ['user:nova fork:only', ['nova/copy']],
    ['open stars:>5', ['nova/open']],
    ['open language:rust', ['nova/open']],
    ['login in:name', []],
    ['repo:nova/open', ['nova/open']],
  ])('repositories: %s', async (q, expected) => {
    expect(await names(q)).toEqual(expected);
  });

  it('keeps to what the token may see, and to qualifiers that apply', async () => {
    expect(await names('org:lab', 'ghp_outsider')).toEqual(['lab/open']);
    const { status, body } = await github.search<Failure>('in:name', { kind: 'repositories' });
    expect([status, body.errors?.[0]?.message]).toEqual([
      422,
      'None of the search qualifiers apply to this search type.',
    ]);
  });
});
