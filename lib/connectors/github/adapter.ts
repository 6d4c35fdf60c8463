import { Octokit } from '@octokit/rest';
import * as z from 'zod/mini';
import type { Adapter, Classify, SearchPage, SearchRequest, Session } from '../connector.ts';
import { orNull } from '../refusal.ts';
import { pullRequestsOf } from './activity.ts';
import {
  asPull,
  Issue,
  IssuePage,
  Pull,
  Repository,
  RepositoryPage,
  repositoryOf,
  toAccount,
  toIssue,
  toPerson,
  toPull,
  toRepository,
  User,
  UserPage,
} from './map.ts';
import { membersOf } from './members.ts';
import { issuesOf } from './sync.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const userAgent = 'manageros-integrations';

const tokenOf = ({ credentials, accessToken }: Session): string => accessToken ?? credentials['token'] ?? '';

/** One client per call: it is given the call's own way out, and logs nothing, for it would log paths. */
const call = <T>(session: Session, run: (octokit: Octokit) => Promise<T>): Promise<T> =>
  session.call((fetch) =>
    run(new Octokit({ auth: tokenOf(session), userAgent, log: silent, request: { fetch } })),
  );

/**
 * Free text without what GitHub would read as qualifiers, quotes or operators, within its 256 characters,
 * of which a space between words counts as three.
 */
const words = (text: string | null): string =>
  (text ?? '')
    .replaceAll(/["():<>\\]/g, ' ')
    .replaceAll(/\b(AND|OR|NOT)\b/g, ' ')
    .replaceAll(/(^|\s)-+/g, ' ')
    .trim()
    .split(/\s+/, 20)
    .join(' ')
    .slice(0, 180);

/** GitHub's search shows the first 1,000 hits. */
const mostHits = 1000;

const queries: Record<string, (text: string) => string> = {
  person: (text) => (text ? `${text} in:login in:name in:email type:user` : 'type:user'),
  pull_request: (text) => `${text || 'involves:@me'} is:pr`,
  issue: (text) => `${text || 'involves:@me'} is:issue`,
  repository: (text) => text || 'user:@me',
};

const search = async (
  session: Session,
  { type, query, limit, after }: SearchRequest,
): Promise<SearchPage> => {
  const page = Number(after ?? 1);
  const q = (queries[type] ?? queries['person'])?.(words(query)) ?? '';
  const asked = { q, per_page: limit, page };
  const next = (total: number): string | null =>
    page * limit < Math.min(total, mostHits) ? String(page + 1) : null;
  return call(session, async ({ rest }) => {
    if (type === 'repository') {
      const { items, total_count } = z.parse(RepositoryPage, (await rest.search.repos(asked)).data);
      return { items: items.map(toRepository), next: next(total_count) };
    }
    if (type === 'person') {
      const { items, total_count } = z.parse(UserPage, (await rest.search.users(asked)).data);
      return { items: items.map(toPerson), next: next(total_count) };
    }
    const sorted = { ...asked, ...(words(query) === '' && { sort: 'updated' as const }) };
    const { items, total_count } = z.parse(IssuePage, (await rest.search.issuesAndPullRequests(sorted)).data);
    const map = (issue: z.infer<typeof Issue>) =>
      type === 'issue'
        ? toIssue(issue, repositoryOf(issue.repository_url))
        : toPull(asPull(issue), repositoryOf(issue.repository_url));
    return { items: items.map(map), next: next(total_count) };
  });
};

const read: Adapter['read'] = (session, type, id) =>
  orNull(
    call(session, async ({ rest }) => {
      if (type === 'person') {
        const user = z.parse(User, (await rest.users.getByUsername({ username: id })).data);
        return user.type === 'Organization' ? null : toPerson(user);
      }
      const [, owner, repo, number] = /^([^/]+)\/([^#]+)(?:#(\d+))?$/.exec(id) ?? [];
      if (owner === undefined || repo === undefined) return null;
      if (type === 'repository')
        return toRepository(z.parse(Repository, (await rest.repos.get({ owner, repo })).data));
      if (type === 'pull_request') {
        const { data } = await rest.pulls.get({ owner, repo, pull_number: Number(number) });
        const pull = z.parse(Pull, data);
        return toPull(pull, pull.base?.repo?.full_name ?? `${owner}/${repo}`);
      }
      const { data } = await rest.issues.get({ owner, repo, issue_number: Number(number) });
      const issue = z.parse(Issue, data);
      // To GitHub every pull request is an issue too.
      return issue.pull_request ? null : toIssue(issue, repositoryOf(issue.repository_url));
    }),
  );

/**
 * GitHub answers 403 as well as 429 when it limits calls, and says until when in its own header, or, for a
 * secondary limit, in words alone; and 422 where a search names people or owners it does not show us.
 */
const classify: Classify = ({ status, headers, text }) => {
  if (status === 422 && text.includes('cannot be searched'))
    return { code: 'provider_not_found', retryAfter: null };
  const spent = headers.get('x-ratelimit-remaining') === '0';
  const limited = spent || headers.has('retry-after') || /secondary rate limit/i.test(text);
  if (status !== 429 && !(status === 403 && limited)) return null;
  const reset = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  const retryAfter = spent && reset > 0 ? Math.min(Math.ceil(reset), 3600) : null;
  return { code: 'provider_rate_limited', retryAfter };
};

const issues = issuesOf(call);
const members = membersOf(call);

export const adapter: Adapter = {
  sites: null,

  identify: (session) =>
    call(session, async ({ rest }) => {
      const user = z.parse(User, (await rest.users.getAuthenticated()).data);
      return { account: toAccount(user), tenant: '' };
    }),

  search,
  read,

  findPersons: async (session, email) => {
    const { items } = await call(session, async ({ rest }) => {
      const { data } = await rest.search.users({ q: `${words(email)} in:email type:user`, per_page: 10 });
      return z.parse(UserPage, data);
    });
    // A hit does not show the address and need not have all of it: the profile tells.
    const persons = await Promise.all(items.map(({ login }) => read(session, 'person', login)));
    return persons
      .filter((person) => person !== null)
      .filter((person) => person.email?.toLowerCase() === email.toLowerCase());
  },

  activity: pullRequestsOf(call),
  sync: (session, from) => (from.stream === 'members' ? members : issues)(session, from),

  proxy: (session) => ({
    base: 'https://api.github.com',
    headers: { authorization: `Bearer ${tokenOf(session)}`, 'user-agent': userAgent },
  }),

  classify,
};
