import { repositoryOf, requirePermission } from './access.ts';
import { notFound } from './errors.ts';
import type { Exchange, Operation, Reply } from './gateway.ts';
import { fullPullShape, pullShape } from './item-shapes.ts';
import { paged } from './pages.ts';
import { repositoryPaths } from './repositories.ts';
import { accountById, type Item, type PullRequest, type Repository, type State } from './state.ts';

type PullItem = Item & { pull: PullRequest };

const isPull = (item: Item): item is PullItem => item.pull !== null;

const sortKeys: Record<string, (item: Item) => string | number> = {
  created: ({ createdAt }) => createdAt,
  updated: ({ updatedAt }) => updatedAt,
  popularity: ({ comments }) => comments,
  'long-running': ({ createdAt }) => createdAt,
};

/** Newest first, but oldest first as soon as another sort is asked for without a direction. */
const sorted = (query: URLSearchParams, pulls: PullItem[]): PullItem[] => {
  const sort = query.get('sort') ?? 'created';
  const key = sortKeys[sort] ?? sortKeys['created'] ?? (({ id }: Item) => id);
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc');
  const sign = direction === 'asc' ? 1 : -1;
  const compare = (left: PullItem, right: PullItem): number =>
    key(left) === key(right) ? left.number - right.number : key(left) < key(right) ? -1 : 1;
  return pulls.toSorted((left, right) => sign * compare(left, right));
};

const listPulls = (state: State, exchange: Exchange): Reply => {
  const { request, caller } = exchange;
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'pull_requests', 'read');
  const { query } = request;
  const asked = query.get('state') ?? 'open';
  // Here, unlike in the issues, a state the API does not know counts as `open`.
  const wanted = asked === 'closed' || asked === 'all' ? asked : 'open';
  const [head, base] = [query.get('head'), query.get('base')];
  const owner = accountById(state, repository.owner).login;
  const pulls = state.items
    .filter((item) => item.repository === repository.id)
    .filter(isPull)
    .filter((item) => wanted === 'all' || item.state === wanted)
    .filter(({ pull }) => head === null || head === `${owner}:${pull.head}`)
    .filter(({ pull }) => base === null || base === pull.base);
  return paged(request, `/repositories/${repository.id}/pulls`, sorted(query, pulls), (item) =>
    pullShape(state, item, item.pull, caller),
  );
};

export const numbered = (state: State, repository: Repository, number: string | undefined): Item => {
  const item = state.items.find((one) => one.repository === repository.id && String(one.number) === number);
  if (!item) throw notFound();
  return item;
};

const getPull = (state: State, exchange: Exchange): Reply => {
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'pull_requests', 'read');
  const item = numbered(state, repository, exchange.request.params['number']);
  if (!isPull(item)) throw notFound();
  return { body: fullPullShape(state, item, item.pull, exchange.caller) };
};

export const pullOperations = (state: State): Operation[] => [
  {
    method: 'GET',
    paths: repositoryPaths('/pulls'),
    docs: 'pulls/pulls#list-pull-requests',
    scopes: ['repo'],
    handle: (exchange) => listPulls(state, exchange),
  },
  {
    method: 'GET',
    paths: repositoryPaths('/pulls/{number}'),
    docs: 'pulls/pulls#get-a-pull-request',
    scopes: ['repo'],
    handle: (exchange) => getPull(state, exchange),
  },
];
