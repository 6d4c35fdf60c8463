import { repositoryOf, roleOf, visibleRepositories } from './access.ts';
import { invalidFields } from './errors.ts';
import type { Exchange, Operation, Reply } from './gateway.ts';
import { paged } from './pages.ts';
import { fullRepositoryShape, repositoryShape } from './repository-shapes.ts';
import { accountById, fullNameOf, type Repository, type State } from './state.ts';
import { signedIn } from './users.ts';

/** Both addresses of a repository's resource: by name, and by id as GitHub's own links have it. */
export const repositoryPaths = (rest = ''): string[] => [
  `/repos/{owner}/{repo}${rest}`,
  `/repositories/{id}${rest}`,
];

type Affiliation = 'owner' | 'collaborator' | 'organization_member';

/** How a person belongs to a repository; null where they only may read it, as everybody may. */
export const affiliationOf = (state: State, user: number, repository: Repository): Affiliation | null => {
  if (repository.owner === user) return 'owner';
  if (repository.collaborators.includes(user)) return 'collaborator';
  const inOrganization = accountById(state, repository.owner).type === 'Organization';
  const role = roleOf(state, user, repository);
  return inOrganization && (role === 'admin' || role === 'write') ? 'organization_member' : null;
};

const affiliationsFor = (query: URLSearchParams): Affiliation[] => {
  const type = query.get('type');
  if (type === 'owner') return ['owner'];
  if (type === 'member') return ['collaborator', 'organization_member'];
  const asked = query.get('affiliation') ?? 'owner,collaborator,organization_member';
  return asked.split(',') as Affiliation[];
};

const sortKeys = {
  created: (one: Repository) => one.createdAt,
  updated: (one: Repository) => one.updatedAt,
  pushed: (one: Repository) => one.pushedAt,
};

const sorted = (state: State, query: URLSearchParams, repositories: Repository[]): Repository[] => {
  const sort = query.get('sort') ?? 'full_name';
  const key =
    sort in sortKeys
      ? sortKeys[sort as keyof typeof sortKeys]
      : (one: Repository) => fullNameOf(state, one).toLowerCase();
  const direction = query.get('direction') ?? (sort in sortKeys ? 'desc' : 'asc');
  const sign = direction === 'asc' ? 1 : -1;
  return repositories.toSorted((left, right) => (key(left) < key(right) ? -sign : sign));
};

const listOwnRepositories = (state: State, exchange: Exchange): Reply => {
  const { request, caller } = exchange;
  const { token, user } = signedIn(caller);
  const { query } = request;
  if (query.has('type') && (query.has('visibility') || query.has('affiliation'))) {
    throw invalidFields([
      {
        resource: 'Repository',
        field: 'type',
        code: 'custom',
        message: 'If you specify visibility or affiliation, you cannot specify type.',
      },
    ]);
  }
  const affiliations = affiliationsFor(query);
  const visibility = query.get('visibility') ?? query.get('type') ?? 'all';
  const [since, before] = [query.get('since'), query.get('before')];
  const repositories = visibleRepositories(state, exchange)
    .filter((one) => token.grant === null || token.grant.owner === one.owner)
    .filter((one) => {
      const affiliation = affiliationOf(state, user.id, one);
      return affiliation !== null && affiliations.includes(affiliation);
    })
    .filter((one) => visibility !== (one.private ? 'public' : 'private'))
    .filter((one) => since === null || Date.parse(one.updatedAt) > Date.parse(since))
    .filter((one) => before === null || Date.parse(one.updatedAt) < Date.parse(before));
  return paged(request, '/user/repos', sorted(state, query, repositories), (one) =>
    repositoryShape(state, one, caller),
  );
};

export const repositoryOperations = (state: State): Operation[] => [
  {
    method: 'GET',
    paths: ['/user/repos'],
    docs: 'repos/repos#list-repositories-for-the-authenticated-user',
    auth: true,
    handle: (exchange) => listOwnRepositories(state, exchange),
  },
  {
    method: 'GET',
    paths: repositoryPaths(),
    docs: 'repos/repos#get-a-repository',
    scopes: ['repo'],
    handle: (exchange) => ({
      body: fullRepositoryShape(state, repositoryOf(state, exchange), exchange.caller),
    }),
  },
];
