import { visibleRepositories } from '../access.ts';
import { simpleUser } from '../account-shapes.ts';
import { beyondFirstThousand, missingQuery } from '../errors.ts';
import type { Exchange, Operation, Reply } from '../gateway.ts';
import { issueHitShape } from '../item-shapes.ts';
import { pageItems, pageLinks, pageOf } from '../pages.ts';
import { repositoryShape } from '../repository-shapes.ts';
import type { Account, Item, Repository, State } from '../state.ts';
import { searchIssues } from './issues.ts';
import { searchRepositories } from './repositories.ts';
import { searchUsers } from './users.ts';

/** The three searches, after "REST API endpoints for search". */

type Keys<T> = Record<string, (hit: T) => string | number>;

const issueKeys: Keys<Item> = {
  created: ({ createdAt }) => createdAt,
  updated: ({ updatedAt }) => updatedAt,
  comments: ({ comments }) => comments,
};
const userKeys: Keys<Account> = { joined: ({ createdAt }) => createdAt };
const repositoryKeys: Keys<Repository> = {
  stars: ({ stars }) => stars,
  updated: ({ updatedAt }) => updatedAt,
};

/** Best match first where no sort is asked for; here that is the newest. */
const sorted = <T extends { id: number; createdAt: string }>(
  hits: T[],
  keys: Keys<T>,
  sort: string,
  order: string,
) => {
  const key = keys[sort] ?? (({ createdAt }: T) => createdAt);
  const sign = order === 'asc' && sort in keys ? 1 : -1;
  const compare = (left: T, right: T): number =>
    key(left) === key(right) ? left.id - right.id : key(left) < key(right) ? -1 : 1;
  return hits.toSorted((left, right) => sign * compare(left, right));
};

/** One page of hits, out of the first thousand: later ones are counted and never shown. */
const found = <T extends { id: number; createdAt: string }>(
  state: State,
  { request }: Exchange,
  hits: T[],
  keys: Keys<T>,
  shape: (hit: T) => unknown,
  sortQualifier: string | null = null,
): Reply => {
  const { query, path } = request;
  const { number, size } = pageOf(query);
  if ((number - 1) * size >= 1000) throw beyondFirstThousand();
  const [sort = '', order = 'desc'] = sortQualifier?.split(/-(?=asc$|desc$)/) ?? [];
  const all = sorted(hits, keys, query.get('sort') ?? sort, query.get('order') ?? order);
  const incomplete = state.search.incomplete > 0;
  if (incomplete) state.search.incomplete -= 1;
  // A search that ran out of time has what it found until then.
  const kept = incomplete && state.search.keep !== null ? all.slice(0, state.search.keep) : all;
  const links = pageLinks(request, path, kept.length, Math.ceil(1000 / size));
  return {
    headers: links.length > 0 ? { link: links.join(', ') } : {},
    body: {
      total_count: kept.length,
      incomplete_results: incomplete,
      items: pageItems(query, kept).map(shape),
    },
  };
};

const queryOf = ({ request }: Exchange): string => {
  const q = request.query.get('q') ?? '';
  if (q.trim() === '') throw missingQuery();
  return q;
};

const issues = (state: State, exchange: Exchange): Reply => {
  queryOf(exchange);
  // Announced to become the only syntax in 2025; in 2026 it is still asked for.
  const advanced = state.search.advanced || exchange.request.query.get('advanced_search') === 'true';
  const { items, sort } = searchIssues(state, exchange, visibleRepositories(state, exchange), advanced);
  const reply = found(state, exchange, items, issueKeys, (item) => issueHitShape(state, item), sort);
  return { ...reply, body: { ...(reply.body as object), search_type: 'lexical' } };
};

const users = (state: State, exchange: Exchange): Reply =>
  found(state, exchange, searchUsers(state, queryOf(exchange)), userKeys, (account) => ({
    ...simpleUser(account),
    score: 1,
  }));

const repositories = (state: State, exchange: Exchange): Reply => {
  const { caller } = exchange;
  const visible = visibleRepositories(state, exchange);
  const hits = searchRepositories(state, visible, caller.user?.login ?? null, queryOf(exchange));
  return found(state, exchange, hits, repositoryKeys, (one) => ({
    ...repositoryShape(state, one, caller),
    score: 1,
  }));
};

export const searchOperations = (state: State): Operation[] => [
  {
    method: 'GET',
    paths: ['/search/issues'],
    docs: 'search/search#search-issues-and-pull-requests',
    resource: 'search',
    handle: (exchange) => issues(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/search/users'],
    docs: 'search/search#search-users',
    resource: 'search',
    handle: (exchange) => users(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/search/repositories'],
    docs: 'search/search#search-repositories',
    resource: 'search',
    handle: (exchange) => repositories(state, exchange),
  },
];
