import { repositoryOf, requirePermission, visibleRepositories } from './access.ts';
import { refusal } from './errors.ts';
import type { Exchange, Operation, Reply } from './gateway.ts';
import { createIssue, updateIssue } from './issue-changes.ts';
import { issueShape } from './item-shapes.ts';
import { cursored, paged } from './pages.ts';
import { numbered } from './pulls.ts';
import { affiliationOf, repositoryPaths } from './repositories.ts';
import { repositoryShape } from './repository-shapes.ts';
import { type Account, accountByLogin, type Item, repositoryById, type State } from './state.ts';
import { signedIn } from './users.ts';

export const mentionsOf = ({ title, body }: Item): string[] =>
  [...`${title}\n${body ?? ''}`.matchAll(/(?<![\w@/])@([a-z\d](?:[a-z\d-]*[a-z\d])?)/gi)].map(
    ([, login = '']) => login.toLowerCase(),
  );

const invalid = (field: string, value: string) =>
  refusal(422, 'Validation Failed', {
    documentation: 'https://docs.github.com/v3/issues/#list-issues',
    errors: [{ value, resource: 'Issue', field, code: 'invalid' }],
  });

const byState = (query: URLSearchParams): ((item: Item) => boolean) => {
  const wanted = query.get('state') ?? 'open';
  if (!['open', 'closed', 'all'].includes(wanted)) throw invalid('state', wanted);
  return (item) => wanted === 'all' || item.state === wanted;
};

const bySince = (query: URLSearchParams): ((item: Item) => boolean) => {
  const since = query.get('since');
  if (since === null) return () => true;
  const from = Date.parse(since);
  if (Number.isNaN(from)) throw invalid('since', since);
  return ({ updatedAt }) => Date.parse(updatedAt) >= from;
};

const byLabels = (query: URLSearchParams): ((item: Item) => boolean) => {
  const labels = (query.get('labels') ?? '').toLowerCase().split(',').filter(Boolean);
  return (item) => labels.every((label) => item.labels.some((one) => one.toLowerCase() === label));
};

const byPeople = (state: State, query: URLSearchParams): ((item: Item) => boolean) => {
  const person = (name: string): Account | null => accountByLogin(state, query.get(name) ?? '');
  const [creator, assignee, mentioned] = [person('creator'), person('assignee'), person('mentioned')];
  return (item) =>
    (!query.has('creator') || item.author === creator?.id) &&
    (!query.has('mentioned') || mentionsOf(item).includes(mentioned?.login.toLowerCase() ?? '')) &&
    (!query.has('assignee') ||
      (query.get('assignee') === '*'
        ? item.assignees.length > 0
        : query.get('assignee') === 'none'
          ? item.assignees.length === 0
          : assignee !== null && item.assignees.includes(assignee.id)));
};

const sortKeys: Record<string, (item: Item) => string | number> = {
  created: ({ createdAt }) => createdAt,
  updated: ({ updatedAt }) => updatedAt,
  comments: ({ comments }) => comments,
};

const sorted = (query: URLSearchParams, items: Item[]): Item[] => {
  const key = sortKeys[query.get('sort') ?? 'created'] ?? (({ createdAt }: Item) => createdAt);
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const compare = (left: Item, right: Item): number =>
    key(left) === key(right) ? left.id - right.id : key(left) < key(right) ? -1 : 1;
  return items.toSorted((left, right) => sign * compare(left, right));
};

const filtered = (state: State, query: URLSearchParams, items: Item[]): Item[] => {
  const filters = [byState(query), bySince(query), byLabels(query), byPeople(state, query)];
  return sorted(
    query,
    items.filter((item) => filters.every((matches) => matches(item))),
  );
};

const listRepositoryIssues = (state: State, exchange: Exchange): Reply => {
  const { request } = exchange;
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'issues', 'read');
  const items = state.items.filter((item) => item.repository === repository.id);
  return cursored(
    request,
    `/repositories/${repository.id}/issues`,
    filtered(state, request.query, items),
    (item) => issueShape(state, item),
  );
};

const mine: Record<string, (item: Item, user: Account) => boolean> = {
  assigned: (item, user) => item.assignees.includes(user.id),
  created: (item, user) => item.author === user.id,
  mentioned: (item, user) => mentionsOf(item).includes(user.login.toLowerCase()),
  subscribed: (item, user) => item.author === user.id || item.assignees.includes(user.id),
  repos: () => true,
  all: () => true,
};

const listOwnIssues = (state: State, exchange: Exchange): Reply => {
  const { request, caller } = exchange;
  const { user } = signedIn(caller);
  const belongs = mine[request.query.get('filter') ?? 'assigned'];
  if (!belongs) throw invalid('filter', request.query.get('filter') ?? '');
  const repositories = visibleRepositories(state, exchange)
    .filter((one) => affiliationOf(state, user.id, one) !== null)
    .map(({ id }) => id);
  const items = state.items.filter((item) => repositories.includes(item.repository) && belongs(item, user));
  return paged(request, '/issues', filtered(state, request.query, items), (item) => {
    const repository = repositoryById(state, item.repository);
    return {
      ...issueShape(state, item),
      ...(repository && { repository: repositoryShape(state, repository, caller) }),
    };
  });
};

const getIssue = (state: State, exchange: Exchange): Reply => {
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'issues', 'read');
  return { body: issueShape(state, numbered(state, repository, exchange.request.params['number'])) };
};

export const issueOperations = (state: State): Operation[] => [
  {
    method: 'GET',
    paths: ['/issues'],
    docs: 'issues/issues#list-issues-assigned-to-the-authenticated-user',
    auth: true,
    handle: (exchange) => listOwnIssues(state, exchange),
  },
  {
    method: 'GET',
    paths: repositoryPaths('/issues'),
    docs: 'issues/issues#list-repository-issues',
    scopes: ['repo'],
    handle: (exchange) => listRepositoryIssues(state, exchange),
  },
  {
    method: 'POST',
    paths: repositoryPaths('/issues'),
    docs: 'issues/issues#create-an-issue',
    auth: true,
    scopes: ['repo'],
    handle: (exchange) => createIssue(state, exchange),
  },
  {
    method: 'GET',
    paths: repositoryPaths('/issues/{number}'),
    docs: 'issues/issues#get-an-issue',
    scopes: ['repo'],
    handle: (exchange) => getIssue(state, exchange),
  },
  {
    method: 'PATCH',
    paths: repositoryPaths('/issues/{number}'),
    docs: 'issues/issues#update-an-issue',
    auth: true,
    scopes: ['repo'],
    handle: (exchange) => updateIssue(state, exchange),
  },
];
