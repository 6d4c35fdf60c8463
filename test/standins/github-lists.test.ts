import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Github, type Item, linksOf, openGithub } from './github-caller.ts';

let github: Github;
beforeAll(async () => {
  github = await openGithub();
  await github.control('users', { login: 'outsider' });
  await github.control('tokens', { token: 'ghp_outsider', user: 'outsider', scopes: ['repo', 'read:org'] });
});
afterAll(() => github.stop());

describe('lists', () => {
  it('finds accounts without case, in their own spelling', async () => {
    const { body } = await github.get<{ login: string; email: string; avatar_url: string }>(
      '/users/ADA-Acme',
    );

    expect(body).toMatchObject({ login: 'ada-acme', email: 'ada@acme.example' });
    expect(body.avatar_url).toMatch(/^https:\/\/avatars\.githubusercontent\.com\//);
    expect((await github.get('/users/nobody')).status).toBe(404);
  });

  it('filters, sorts and includes pull requests in issues', async () => {
    const issues = async (query: string) =>
      (await github.get<Item[]>(`/repos/acme-corp/web-shop/issues?per_page=100&${query}`)).body;
    const all = await issues('state=all');
    const since = all[5]?.updated_at ?? '';

    expect(all).toHaveLength(23);
    expect(all.filter((one) => one.pull_request)).toHaveLength(15);
    expect((await issues('')).every((one) => one.state === 'open')).toBe(true);
    const expected = all.filter((one) => one.updated_at >= since).map((one) => one.number);
    expect(expected.length).toBeLessThan(all.length);
    const got = await issues(`state=all&since=${since}&sort=updated&direction=asc`);
    expect(new Set(got.map((one) => one.number))).toEqual(new Set(expected));
    expect(got).toHaveLength(expected.length);
    expect(got.map((one) => one.updated_at)).toEqual(got.map((one) => one.updated_at).toSorted());
    expect((await github.get('/repos/acme-corp/web-shop/issues?state=odd')).status).toBe(422);
  });

  it('lists what is assigned to the caller', async () => {
    await github.control('tokens', { token: 'ghp_ada', user: 'ada-acme', scopes: ['repo'] });
    const { body } = await github.get<(Item & { repository: { full_name: string } })[]>(
      '/issues?filter=assigned&state=all',
      { token: 'ghp_ada' },
    );

    expect(body.length).toBeGreaterThan(5);
    expect(body.every((one) => one.repository.full_name.includes('/'))).toBe(true);
    const [newest] = body
      .map((one) => one.updated_at)
      .toSorted()
      .reverse();
    const recent = await github.get<Item[]>(`/issues?filter=assigned&state=all&since=${newest}`, {
      token: 'ghp_ada',
    });
    expect(recent.body).toHaveLength(1);
  });

  it('sorts pull requests oldest first once another sort is named', async () => {
    const updated = async (query: string) =>
      (await github.get<Item[]>(`/repos/acme-corp/web-shop/pulls?state=all&${query}`)).body.map(
        (one) => one.updated_at,
      );
    const ascending = await updated('sort=updated');

    expect(ascending).toEqual(ascending.toSorted());
    expect(await updated('sort=updated&direction=desc')).toEqual(ascending.toReversed());
  });
});

describe('pages', () => {
  it('leads from page to page by id', async () => {
    const first = await github.get<Item[]>('/repos/acme-corp/web-shop/pulls?state=all&per_page=4');
    expect(first.body).toHaveLength(4);
    expect(linksOf(first)).toEqual({
      next: 'https://api.github.com/repositories/5001/pulls?state=all&per_page=4&page=2',
      last: 'https://api.github.com/repositories/5001/pulls?state=all&per_page=4&page=4',
    });

    const seen = first.body.map((one) => one.number);
    for (let next = linksOf(first)['next']; next; ) {
      const page = await github.get<Item[]>(next);
      seen.push(...page.body.map((one) => one.number));
      expect(linksOf(page)['first']).toContain('page=1');
      expect(linksOf(page)['prev']).toBeDefined();
      next = linksOf(page)['next'];
    }
    expect(new Set(seen).size).toBe(15);
  });

  it('pages issues by cursor, without a last page', async () => {
    const seen: number[] = [];
    let url: string | undefined = '/repos/acme-corp/web-shop/issues?state=all&per_page=10';
    while (url) {
      const page: Awaited<ReturnType<typeof github.get<Item[]>>> = await github.get<Item[]>(url);
      seen.push(...page.body.map((one) => one.number));
      expect(Object.keys(linksOf(page)).every((rel) => rel === 'next' || rel === 'prev')).toBe(true);
      url = linksOf(page)['next'];
    }
    const third = await github.get<Item[]>('/repos/acme-corp/web-shop/issues?state=all&per_page=10&page=3');

    expect(new Set(seen).size).toBe(23);
    expect(third.body.map((one) => one.number)).toEqual(seen.slice(20));
  });

  it('absorbs odd sizes and leads back from past the end', async () => {
    await github.control('pulls', { repository: 'ada-acme/dotfiles', author: 'ada-acme', count: 120 });
    const pulls = (query: string) => github.get<Item[]>(`/repos/ada-acme/dotfiles/pulls?state=all&${query}`);

    expect((await pulls('')).body).toHaveLength(30);
    expect((await pulls('per_page=0')).body).toHaveLength(30);
    expect((await pulls('per_page=500')).body).toHaveLength(100);
    const beyond = await pulls('per_page=100&page=9');
    expect(beyond.body).toEqual([]);
    expect(linksOf(beyond)['prev']).toContain('page=2');
    expect(linksOf(await github.get('/orgs/acme-corp/members'))).toEqual({});
  });
});

describe('conditional requests', () => {
  it('answers 304 without counting until something changes', async () => {
    const path = '/repos/acme-corp/ops-tools/issues/1';
    const first = await github.get<Item>(path);
    const etag = first.headers.get('etag') ?? '';
    const again = await github.get(path, { headers: { 'if-none-match': etag } });

    expect(etag).toMatch(/^W\/"[0-9a-f]+"$/);
    expect([again.status, again.body]).toEqual([304, null]);
    expect(again.headers.get('x-ratelimit-used')).toBe(first.headers.get('x-ratelimit-used'));
    await github.call('PATCH', path, { body: { title: 'Changed' } });
    const changed = await github.get<Item>(path, { headers: { 'if-none-match': etag } });
    expect([changed.status, changed.body.title]).toEqual([200, 'Changed']);
    expect(Number(changed.headers.get('x-ratelimit-used'))).toBe(
      Number(first.headers.get('x-ratelimit-used')) + 2,
    );
  });
});

describe('changes', () => {
  const issues = '/repos/acme-corp/ops-tools/issues';

  it('creates, closes and reopens an issue', async () => {
    const made = await github.call<Item>('POST', issues, {
      body: { title: 'New', labels: ['bug'], assignees: ['Ada-ACME'] },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ title: 'New', state: 'open', assignee: { login: 'ada-acme' } });

    const path = `${issues}/${made.body.number}`;
    const closed = await github.call('PATCH', path, {
      body: { state: 'closed', state_reason: 'not_planned' },
    });
    expect(closed.body).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
    expect((await github.get<Item>(path)).body).toMatchObject({
      closed_by: { login: 'acme-bot-admin' },
    });
    const open = await github.call('PATCH', path, { body: { state: 'open' } });
    expect(open.body).toMatchObject({ state: 'open', closed_at: null, closed_by: null });
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    ['{}', 422],
    ['{"title":""}', 422],
    ['{"title":"x","assignees":["nobody"]}', 422],
    ['{"title":"x","labels":"bug"}', 422],
  ])('refuses %s with %s', async (body, status) => {
    expect((await github.call('POST', issues, { body })).status).toBe(status);
  });

  it('drops what somebody without push access may not set, and lets them change only their own', async () => {
    const asOutsider = { token: 'ghp_outsider' };
    const made = await github.call<Item & { labels: unknown[] }>('POST', issues, {
      ...asOutsider,
      body: { title: 'From outside', labels: ['bug'] },
    });

    expect([made.status, made.body.labels]).toEqual([201, []]);
    expect((await github.call('PATCH', `${issues}/1`, { ...asOutsider, body: { title: 'No' } })).status).toBe(
      403,
    );
    await github.control('tokens', { token: 'ghp_reader', user: 'ada-acme', scopes: ['read:org'] });
    expect((await github.call('POST', issues, { token: 'ghp_reader', body: { title: 'x' } })).status).toBe(
      404,
    );
  });
});
