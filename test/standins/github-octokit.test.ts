import type { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Github, openGithub } from './github-caller.ts';

/** GitHub's own client against the stand-in: what it cannot read, our connector could not either. */

let github: Github;
let octokit: Octokit;
const shop = { owner: 'acme-corp', repo: 'web-shop' };

beforeAll(async () => {
  github = await openGithub();
  octokit = github.octokit();
});
afterAll(() => github.stop());

/** The client's `RequestError`: an error with the status. */
const failure = async (call: Promise<unknown>): Promise<Error & { status: unknown }> => {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error && 'status' in error)) throw new Error('the call was not refused');
  return error;
};

describe('the real client', () => {
  it('knows who it is', async () => {
    const { data, headers } = await octokit.rest.users.getAuthenticated();

    expect([data.login, data.id, data.type]).toEqual(['acme-bot-admin', 1005, 'User']);
    expect(headers['x-oauth-scopes']).toBe('repo, read:org');
    expect((await octokit.rest.users.getByUsername({ username: 'ADA-ACME' })).data.name).toBe('Ada Lovelace');
    expect((await octokit.rest.orgs.listForAuthenticatedUser()).data.map(({ login }) => login)).toEqual([
      'acme-corp',
    ]);
  });

  it('lists addresses with the scope for it', async () => {
    await github.control('tokens', { token: 'ghp_mail', user: 'ada-acme', scopes: ['user:email'] });
    const { data } = await github.octokit('ghp_mail').rest.users.listEmailsForAuthenticatedUser();

    expect(data).toEqual([
      { email: 'ada@acme.example', primary: true, verified: true, visibility: 'public' },
    ]);
  });

  it('reads organisations and repositories', async () => {
    const organization = await octokit.rest.orgs.get({ org: 'acme-corp' });
    const members = await octokit.paginate(octokit.rest.orgs.listMembers, { org: 'acme-corp', per_page: 2 });
    const own = await octokit.rest.repos.listForAuthenticatedUser();
    const { data } = await octokit.rest.repos.get(shop);

    expect(organization.data).toMatchObject({ login: 'acme-corp', type: 'Organization', public_repos: 1 });
    expect(members).toHaveLength(5);
    expect(own.data.map((one) => one.full_name)).toEqual(['acme-corp/ops-tools', 'acme-corp/web-shop']);
    expect(data).toMatchObject({
      private: true,
      visibility: 'private',
      permissions: { admin: true, pull: true },
    });
  });

  it('pages through pull requests and reads one', async () => {
    const all = await octokit.paginate(octokit.rest.pulls.list, { ...shop, state: 'all', per_page: 4 });
    const merged = all.find(({ title }) => title === 'Replace the payment provider');
    const { data } = await octokit.rest.pulls.get({ ...shop, pull_number: merged?.number ?? 0 });

    expect(all).toHaveLength(15);
    expect(new Set(all.map(({ draft, state }) => `${draft} ${state}`))).toEqual(
      new Set(['false open', 'true open', 'false closed']),
    );
    expect(data).toMatchObject({ merged: true, state: 'closed', base: { ref: 'main' } });
    expect(data.merged_at).toBe(merged?.merged_at);
    const issue = await octokit.rest.issues.get({ ...shop, issue_number: data.number });
    expect(issue.data.pull_request?.merged_at).toBe(data.merged_at);
  });

  it('pages through issues by cursor', async () => {
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, {
      ...shop,
      state: 'all',
      per_page: 5,
    });

    expect(new Set(all.map(({ number }) => number)).size).toBe(23);
    expect(all.filter((one) => one.pull_request)).toHaveLength(15);
  });

  it('creates, changes and finds an issue', async () => {
    const made = await octokit.rest.issues.create({
      ...shop,
      title: 'Over octokit',
      assignees: ['acme-bot-admin'],
    });
    await octokit.rest.issues.update({ ...shop, issue_number: made.data.number, state: 'closed' });
    const mine = await octokit.rest.issues.list({
      filter: 'assigned',
      state: 'closed',
      since: made.data.created_at,
    });

    expect(mine.data.map(({ title }) => title)).toEqual(['Over octokit']);
    expect(mine.data[0]).toMatchObject({
      state_reason: 'completed',
      repository: { full_name: 'acme-corp/web-shop' },
    });
  });

  it('searches', async () => {
    const q = 'is:pr author:linus-acme org:acme-corp';
    const pulls = await octokit.paginate(octokit.rest.search.issuesAndPullRequests, { q, per_page: 2 });
    const people = await octokit.rest.search.users({ q: 'Lovelace in:name' });
    const places = await octokit.rest.search.repos({ q: 'org:acme-corp' });

    expect(pulls).toHaveLength(6);
    expect(pulls[0]).toMatchObject({
      user: { login: 'linus-acme' },
      score: 1,
      pull_request: {},
      draft: expect.any(Boolean),
    });
    expect(pulls[0]?.repository_url).toMatch(/^https:\/\/api\.github\.com\/repos\/acme-corp\//);
    expect(people.data.items.map(({ login }) => login)).toEqual(['ada-acme']);
    expect(places.data.total_count).toBe(2);
  });

  it('reads its limits', async () => {
    const { data } = await octokit.rest.rateLimit.get();

    expect(data.resources.core.limit).toBe(5000);
    expect(data.resources.search.limit).toBe(30);
  });

  it('follows a renamed repository', async () => {
    await github.control('repositories', { repository: 'acme-corp/old-name' });
    const { id } = await github.control<{ id: number }>('repositories/rename', {
      repository: 'acme-corp/old-name',
      to: 'new-name',
    });
    const { data } = await octokit.request('GET /repositories/{id}', { id });

    expect(data.full_name).toBe('acme-corp/new-name');
    expect((await failure(octokit.rest.repos.get({ owner: 'acme-corp', repo: 'gone' }))).status).toBe(404);
  });

  it('understands refusals', async () => {
    const wrong = await failure(github.octokit('ghp_wrong').rest.users.getAuthenticated());
    const validation = await failure(octokit.rest.search.issuesAndPullRequests({ q: 'is:pr author:nobody' }));
    const first = await octokit.rest.repos.get(shop);
    const unchanged = await failure(
      octokit.rest.repos.get({ ...shop, headers: { 'if-none-match': first.headers.etag ?? '' } }),
    );

    expect([wrong.status, wrong.message]).toEqual([401, 'Bad credentials - https://docs.github.com/rest']);
    expect(validation.status).toBe(422);
    expect(validation.message).toMatch(
      /^Validation Failed: \{"message":"The listed users cannot be searched/,
    );
    expect(unchanged.status).toBe(304);
  });
});
