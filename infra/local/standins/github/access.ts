import { invalidFields, moved, notAccessible, notFound, refusal } from './errors.ts';
import type { Caller, Exchange } from './gateway.ts';
import {
  type Account,
  accountByLogin,
  type Membership,
  type Repository,
  repositoryByFormerName,
  repositoryById,
  repositoryByName,
  type State,
  type Token,
} from './state.ts';

/** Who may see and change what. GitHub hides what it refuses: most of this ends in 404. */

export type Role = 'admin' | 'write' | 'read';
export type Permission = 'issues' | 'pull_requests';

export const membershipOf = (state: State, organization: number, user: number): Membership | null =>
  state.memberships.find((one) => one.organization === organization && one.user === user) ?? null;

/** A person's own role, whatever token they use. Members write to all repositories of the organisation. */
export const roleOf = (state: State, user: number, repository: Repository): Role | null => {
  if (repository.owner === user) return 'admin';
  const membership = membershipOf(state, repository.owner, user);
  if (membership) return membership.role === 'admin' ? 'admin' : 'write';
  if (repository.collaborators.includes(user)) return 'write';
  return repository.private ? null : 'read';
};

const needs = (token: Token, ...scopes: string[]): boolean =>
  scopes.some((scope) => token.scopes?.includes(scope));

/** "Scopes for OAuth apps": the wider scope holds the narrower one. */
export const readsOrganizations = (token: Token): boolean =>
  needs(token, 'read:org', 'write:org', 'admin:org');
export const readsEmails = (token: Token): boolean => needs(token, 'user', 'user:email');
export const readsProfile = (token: Token): boolean => needs(token, 'user', 'read:user');

const covers = (token: Token, repository: Repository): boolean =>
  token.grant?.owner === repository.owner &&
  (token.grant.repositories === null || token.grant.repositories.includes(repository.id));

const reachesPrivate = (token: Token, repository: Repository): boolean =>
  token.grant ? covers(token, repository) : needs(token, 'repo');

export const isVisible = (state: State, { token, user }: Caller, repository: Repository): boolean =>
  !repository.private ||
  (token !== null &&
    user !== null &&
    roleOf(state, user.id, repository) !== null &&
    reachesPrivate(token, repository));

const lacksSso = ({ token }: Caller, owner: number): boolean => token?.ssoRequired.includes(owner) ?? false;

/** "Personal access tokens and SAML SSO": one organisation is refused, several give partial results. */
export const requireSso = (state: State, caller: Caller, owner: number): void => {
  if (!lacksSso(caller, owner)) return;
  const login = state.accounts.find(({ id }) => id === owner)?.login ?? '';
  throw refusal(
    403,
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token ' +
      'access to this organization.',
    {
      documentation:
        'https://docs.github.com/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/',
      headers: {
        'x-github-sso': `required; url=https://github.com/orgs/${login}/sso?authorization_request=A${owner}`,
      },
    },
  );
};

/** The repositories a list or a search may draw from. */
export const visibleRepositories = (state: State, { caller, withheld }: Exchange): Repository[] =>
  state.repositories.filter((repository) => {
    if (!isVisible(state, caller, repository)) return false;
    if (!lacksSso(caller, repository.owner)) return true;
    withheld.add(repository.owner);
    return false;
  });

export const organizationOf = (state: State, { params }: Exchange['request']): Account => {
  const found =
    params['id'] === undefined
      ? accountByLogin(state, params['org'] ?? '')
      : state.accounts.find(({ id }) => String(id) === params['id']);
  if (found?.type !== 'Organization') throw notFound();
  return found;
};

/** The repository a path names, by full name, former name or id. */
export const repositoryOf = (state: State, { request, caller }: Exchange): Repository => {
  const { owner, repo, id } = request.params;
  const fullName = `${owner ?? ''}/${repo ?? ''}`;
  const found = id === undefined ? repositoryByName(state, fullName) : repositoryById(state, Number(id));
  const renamed = found ?? (id === undefined ? repositoryByFormerName(state, fullName) : null);
  if (!renamed || !isVisible(state, caller, renamed)) throw notFound();
  requireSso(state, caller, renamed.owner);
  if (found) return found;
  const rest = request.path
    .split('/')
    .slice(4)
    .map((segment) => `/${segment}`)
    .join('');
  const query = request.query.size > 0 ? `?${request.query.toString()}` : '';
  throw moved(`https://api.github.com/repositories/${renamed.id}${rest}${query}`, request.method);
};

/** A fine-grained token may see a repository and still lack the permission for its issues. */
export const requirePermission = (
  { caller }: Exchange,
  repository: Repository,
  permission: Permission,
  level: 'read' | 'write',
): void => {
  const { token } = caller;
  if (!token) return;
  if (token.grant) {
    const granted = covers(token, repository) ? token.grant.permissions[permission] : undefined;
    const enough = level === 'read' ? !repository.private || granted !== undefined : granted === 'write';
    if (!enough) throw notAccessible();
    return;
  }
  if (level === 'write' && !needs(token, 'repo') && (repository.private || !needs(token, 'public_repo'))) {
    throw notFound();
  }
};

export const accountNamed = (state: State, login: string, resource: string, field: string): Account => {
  const account = accountByLogin(state, login);
  if (!account) throw invalidFields([{ value: login, resource, field, code: 'invalid' }]);
  return account;
};
