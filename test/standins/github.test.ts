import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, type Github, type Item, openGithub } from './github-caller.ts';

let github: Github;
beforeAll(async () => {
  github = await openGithub();
  await github.control('users', { login: 'outsider' });
  await github.control('tokens', { token: 'ghp_outsider', user: 'outsider', scopes: ['repo', 'read:org'] });
});
afterAll(() => github.stop());

/** The second column: whether GitHub serves it without a token, as it holds public data only. */
const operations: [path: string, open: boolean][] = [
  ['/user', false],
  ['/user/emails', false],
  ['/user/orgs', false],
  ['/user/repos', false],
  ['/issues', false],
  ['/users/ada-acme', true],
  ['/user/1001', true],
  ['/orgs/acme-corp', true],
  ['/orgs/acme-corp/members', true],
  ['/repos/ada-acme/dotfiles', true],
  ['/repositories/5003', true],
  ['/repos/ada-acme/dotfiles/pulls', true],
  ['/repos/ada-acme/dotfiles/pulls/1', true],
  ['/repos/ada-acme/dotfiles/issues', true],
  ['/repos/ada-acme/dotfiles/issues/1', true],
  ['/search/users?q=ada', true],
  ['/search/issues?q=is:pr', true],
  ['/search/repositories?q=dotfiles', true],
  ['/rate_limit', true],
];
const writes: [method: string, path: string][] = [
  ['POST', '/repos/ada-acme/dotfiles/issues'],
  ['PATCH', '/repos/ada-acme/dotfiles/issues/1'],
];

describe('credentials', () => {
  it.each([...operations.map(([path]) => ['GET', path]), ...writes])(
    '%s %s refuses a wrong token',
    async (method = '', path = '') => {
      const { status, body, headers } = await github.call(method, path, {
        token: 'ghp_wrong',
        ...(method !== 'GET' && { body: {} }),
      });

      expect(status).toBe(401);
      expect(body).toEqual({
        message: 'Bad credentials',
        documentation_url: 'https://docs.github.com/rest',
        status: '401',
      });
      expect(headers.get('x-ratelimit-limit')).toBeNull();
    },
  );

  it.each(operations)('GET %s without a token: %s', async (path, open) => {
    const { status, body } = await github.get(path, { token: null });

    expect(status).toBe(open ? 200 : 401);
    if (!open) expect(body.message).toBe('Requires authentication');
  });

  it.each(writes)('%s %s needs a token', async (method, path) => {
    const { status } = await github.call(method, path, { token: null, body: { title: 'x' } });

    expect(status).toBe(401);
  });

  it('takes both spellings of the header', async () => {
    for (const authorization of [`Bearer ${admin}`, `token ${admin}`, `bearer ${admin}`]) {
      const answer = await github.get<{ login: string }>('/user', {
        token: null,
        headers: { authorization },
      });
      expect([answer.status, answer.body.login]).toEqual([200, 'acme-bot-admin']);
    }
  });

  it('names the scopes of a classic token only', async () => {
    await github.control('tokens', { token: 'github_pat_ada', user: 'ada-acme', owner: 'ada-acme' });

    expect((await github.get('/user')).headers.get('x-oauth-scopes')).toBe('repo, read:org');
    const fine = await github.get('/user', { token: 'github_pat_ada' });
    expect([fine.status, fine.headers.get('x-oauth-scopes')]).toEqual([200, null]);
  });

  it('refuses a revoked and an expired token', async () => {
    await github.control('tokens', {
      token: 'ghp_short',
      user: 'ada-acme',
      expiresAt: '2020-01-01T00:00:00Z',
    });
    await github.control('tokens', { token: 'ghp_gone', user: 'ada-acme' });
    expect((await github.get('/user', { token: 'ghp_gone' })).status).toBe(200);

    await github.control('tokens/revoke', { token: 'ghp_gone' });

    expect((await github.get('/user', { token: 'ghp_gone' })).status).toBe(401);
    expect((await github.get('/user', { token: 'ghp_short' })).status).toBe(401);
  });

  it('needs a user agent', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      rawRequest(`${github.origin}/user`, { headers: { authorization: `Bearer ${admin}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(403);
  });

  it('serves the version asked for and no other', async () => {
    const issue = '/repos/ada-acme/dotfiles/issues/1';
    const version = (name: string) => ({ headers: { 'x-github-api-version': name } });
    const old = await github.get<object>(issue);
    const recent = await github.get<object>(issue, version('2026-03-10'));

    expect(old.headers.get('x-github-api-version-selected')).toBe('2022-11-28');
    expect(old.body).toHaveProperty('assignee');
    expect(recent.headers.get('x-github-api-version-selected')).toBe('2026-03-10');
    expect(recent.body).not.toHaveProperty('assignee');
    expect((await github.get(issue, version('2021-01-01'))).status).toBe(400);
  });
});

describe('what a token may see', () => {
  const secret = '/repos/acme-corp/web-shop';
  const asOutsider = { token: 'ghp_outsider' };

  it.each([
    secret,
    `${secret}/pulls`,
    `${secret}/pulls/1`,
    `${secret}/issues`,
    `${secret}/issues/2`,
    '/repositories/5001',
  ])('hides %s from outsiders', async (path) => {
    expect((await github.get(path)).status).toBe(200);
    expect((await github.get(path, asOutsider)).status).toBe(404);
    expect((await github.get(path, { token: null })).status).toBe(404);
  });

  it('keeps private repositories out of lists and searches', async () => {
    const seen = await github.search('is:pr', asOutsider);
    const all = await github.search('is:pr');

    expect([seen.body.total_count, all.body.total_count]).toEqual([10, 25]);
    const names = await github.get<{ full_name: string }[]>('/user/repos', asOutsider);
    expect(names.body).toEqual([]);
    const shops = await github.search<{ items: { full_name: string }[] }>('shop', {
      ...asOutsider,
      kind: 'repositories',
    });
    expect(shops.body.items.map((one) => one.full_name)).toEqual(['acme-corp/ops-tools']);
  });

  it('needs the scope `repo` of a classic token and the repository of a fine-grained one', async () => {
    await github.control('tokens', { token: 'ghp_narrow', user: 'ada-acme', scopes: ['public_repo'] });
    await github.control('tokens', {
      token: 'github_pat_shop',
      user: 'ada-acme',
      owner: 'acme-corp',
      repositories: ['acme-corp/web-shop'],
      permissions: { pull_requests: 'read' },
    });
    const status = async (path: string, token: string) => (await github.get(path, { token })).status;

    expect(await status(secret, 'ghp_narrow')).toBe(404);
    expect(await status(secret, 'github_pat_shop')).toBe(200);
    expect(await status(`${secret}/pulls`, 'github_pat_shop')).toBe(200);
    const issues = await github.get(`${secret}/issues`, { token: 'github_pat_shop' });
    expect([issues.status, issues.body.message]).toEqual([
      403,
      'Resource not accessible by personal access token',
    ]);
  });

  it('shows members who hide it to members only', async () => {
    const logins = async (token: string | null) =>
      (await github.get<{ login: string }[]>('/orgs/ACME-corp/members', { token })).body.map(
        (one) => one.login,
      );

    expect(await logins('ghp_outsider')).toEqual(['ada-acme', 'linus-acme']);
    expect(await logins(admin)).toHaveLength(5);
  });

  it('asks for the scope of addresses and organisations', async () => {
    await github.control('tokens', { token: 'ghp_mail', user: 'grace-acme', scopes: ['user:email'] });
    const mail = await github.get<{ email: string }[]>('/user/emails', { token: 'ghp_mail' });

    expect(mail.body.map(({ email }) => email)).toEqual(['grace@acme.example']);
    expect((await github.get('/user/emails')).status).toBe(404);
    expect((await github.get('/user/orgs', { token: 'ghp_mail' })).status).toBe(403);
    const user = await github.get<{ email: null; name: string }>('/user', { token: 'ghp_mail' });
    expect([user.body.name, user.body.email]).toEqual(['Grace Hopper', null]);
  });

  it('asks for single sign-on where a token lacks it', async () => {
    await github.control('tokens', {
      token: 'ghp_unsigned',
      user: 'ada-acme',
      scopes: ['repo', 'read:org'],
      ssoRequired: ['acme-corp'],
    });
    const unsigned = { token: 'ghp_unsigned' };

    for (const path of [secret, '/orgs/acme-corp', '/orgs/acme-corp/members']) {
      const { status, headers } = await github.get(path, unsigned);
      expect(status).toBe(403);
      expect(headers.get('x-github-sso')).toMatch(
        /^required; url=https:\/\/github\.com\/orgs\/acme-corp\/sso/,
      );
    }
    const found = await github.search('is:pr author:ada-acme', unsigned);
    expect(found.headers.get('x-github-sso')).toBe('partial-results; organizations=9001');
    expect(found.body.total_count).toBe(2);
    const own = await github.get<{ full_name: string }[]>('/user/repos', unsigned);
    expect(own.body.map((one) => one.full_name)).toEqual(['ada-acme/dotfiles']);
  });
});

describe('renames', () => {
  let renamed: Github;
  beforeAll(async () => {
    renamed = await openGithub();
    await renamed.control('repositories/rename', { repository: 'acme-corp/web-shop', to: 'storefront' });
    await renamed.control('users/rename', { login: 'ada-acme', to: 'ada-lovelace' });
    await renamed.control('tokens', { token: 'ghp_nobody', user: 'linus-acme', scopes: [] });
  });
  afterAll(() => renamed.stop());

  it('redirects a renamed repository to its id', async () => {
    const { status, headers, body } = await renamed.get<{ url: string }>(
      '/repos/Acme-Corp/web-shop/issues?state=all',
    );

    expect(status).toBe(301);
    expect(headers.get('location')).toBe('https://api.github.com/repositories/5001/issues?state=all');
    expect(body.url).toBe(headers.get('location'));
    expect((await renamed.get<Item[]>(headers.get('location') ?? '')).body.length).toBeGreaterThan(20);
    expect((await renamed.get<{ full_name: string }>('/repositories/5001')).body.full_name).toBe(
      'acme-corp/storefront',
    );
    const write = await renamed.call('POST', '/repos/acme-corp/web-shop/issues', { body: { title: 'x' } });
    expect([write.status, write.headers.get('location')]).toEqual([
      307,
      'https://api.github.com/repositories/5001/issues',
    ]);
    expect((await renamed.get('/repos/acme-corp/web-shop', { token: 'ghp_nobody' })).status).toBe(404);
  });

  it('forgets an old login, but not its repositories and its work', async () => {
    expect((await renamed.get('/users/ada-acme')).status).toBe(404);
    expect((await renamed.get<{ login: string }>('/user/1001')).body.login).toBe('ada-lovelace');
    expect((await renamed.get('/repos/ada-acme/dotfiles')).headers.get('location')).toMatch(
      /repositories\/5003$/,
    );
    expect((await renamed.search('is:pr author:ada-lovelace')).body.total_count).toBe(7);
    expect((await renamed.search('is:pr author:ada-acme')).status).toBe(422);
  });
});

describe('persistence', () => {
  it('remembers over a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'github-'));
    const file = join(folder, 'github.json');
    const before = await openGithub(file);
    const made = await before.call<Item>('POST', '/repos/acme-corp/web-shop/issues', {
      body: { title: 'Kept' },
    });
    await before.control('tokens', { token: 'ghp_kept', user: 'ada-acme', scopes: ['repo'] });
    const seeded = await before.get<Item>('/repos/acme-corp/web-shop/issues/1');
    await before.stop();
    expect(JSON.parse(await readFile(file, 'utf8'))).toBeTypeOf('object');

    const after = await openGithub(file);
    const kept = await after.get<Item>(`/repos/acme-corp/web-shop/issues/${made.body.number}`, {
      token: 'ghp_kept',
    });
    const again = await after.get<Item>('/repos/acme-corp/web-shop/issues/1');
    await after.stop();
    await rm(folder, { recursive: true });

    expect(kept.body.title).toBe('Kept');
    expect(again.body.created_at).toBe(seeded.body.created_at);
  });
});
