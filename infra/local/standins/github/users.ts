import {
  membershipOf,
  organizationOf,
  readsEmails,
  readsOrganizations,
  readsProfile,
  requireSso,
} from './access.ts';
import {
  fullOrganization,
  privateUser,
  publicUser,
  simpleOrganization,
  simpleUser,
} from './account-shapes.ts';
import { notAccessible, notFound, refusal } from './errors.ts';
import type { Caller, Exchange, Operation, Reply } from './gateway.ts';
import { rateStatus } from './limits.ts';
import { paged } from './pages.ts';
import { type Account, accountById, accountByLogin, type State, type Token } from './state.ts';

/** The caller behind a token, for operations the gateway lets nobody else into. */
export const signedIn = ({ token, user }: Caller): { token: Token; user: Account } => {
  if (!token || !user) throw new Error('an operation without `auth` asked who calls');
  return { token, user };
};

const getCaller = (state: State, { caller }: Exchange): Reply => {
  const { token, user } = signedIn(caller);
  // The address is the profile's public one: null for most people, who have it under /user/emails.
  return { body: readsProfile(token) ? privateUser(state, user) : publicUser(state, user) };
};

const listEmails = ({ caller, request }: Exchange): Reply => {
  const { token, user } = signedIn(caller);
  if (token.grant) throw notAccessible();
  if (!readsEmails(token)) throw notFound();
  return paged(request, '/user/emails', user.emails, (email) => email);
};

const listOwnOrganizations = (state: State, { caller, request, withheld }: Exchange): Reply => {
  const { token, user } = signedIn(caller);
  if (token.scopes && !readsOrganizations(token) && !token.scopes.includes('user')) {
    throw refusal(403, 'You need at least read:org scope or user scope to list your organizations.');
  }
  const organizations = state.memberships
    .filter((one) => one.user === user.id)
    .filter(({ organization }) => token.grant === null || token.grant.owner === organization)
    .filter(({ organization }) => {
      if (!token.ssoRequired.includes(organization)) return true;
      withheld.add(organization);
      return false;
    })
    .map(({ organization }) => accountById(state, organization));
  return paged(request, '/user/orgs', organizations, simpleOrganization);
};

const getUser = (state: State, { request }: Exchange): Reply => {
  const { login, id } = request.params;
  const account =
    login === undefined ? state.accounts.find((one) => String(one.id) === id) : accountByLogin(state, login);
  if (!account) throw notFound();
  return { body: publicUser(state, account) };
};

const getOrganization = (state: State, { request, caller }: Exchange): Reply => {
  const organization = organizationOf(state, request);
  requireSso(state, caller, organization.id);
  return { body: fullOrganization(state, organization) };
};

/** Members see everybody, others only who shows the membership in public. */
const listMembers = (state: State, { request, caller }: Exchange): Reply => {
  const organization = organizationOf(state, request);
  requireSso(state, caller, organization.id);
  const { token, user } = caller;
  const inside =
    token !== null &&
    user !== null &&
    membershipOf(state, organization.id, user.id) !== null &&
    (token.grant ? token.grant.owner === organization.id : readsOrganizations(token));
  const role = request.query.get('role') ?? 'all';
  const members = state.memberships
    .filter((one) => one.organization === organization.id && (inside || one.public))
    .filter((one) => role === 'all' || one.role === role)
    .map((one) => accountById(state, one.user))
    .sort((left, right) => left.id - right.id);
  return paged(request, `/organizations/${organization.id}/members`, members, simpleUser);
};

const getRateLimit = (state: State, { caller }: Exchange): Reply => {
  const core = rateStatus(state, caller.token, 'core');
  return { body: { resources: { core, search: rateStatus(state, caller.token, 'search') }, rate: core } };
};

export const userOperations = (state: State): Operation[] => [
  {
    method: 'GET',
    paths: ['/user'],
    docs: 'users/users#get-the-authenticated-user',
    auth: true,
    handle: (exchange) => getCaller(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/user/emails'],
    docs: 'users/emails#list-email-addresses-for-the-authenticated-user',
    auth: true,
    scopes: ['user', 'user:email'],
    handle: listEmails,
  },
  {
    method: 'GET',
    paths: ['/user/orgs'],
    docs: 'orgs/orgs#list-organizations-for-the-authenticated-user',
    auth: true,
    scopes: ['admin:org', 'read:org', 'user', 'write:org'],
    handle: (exchange) => listOwnOrganizations(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/users/{login}'],
    docs: 'users/users#get-a-user',
    handle: (exchange) => getUser(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/orgs/{org}', '/organizations/{id}'],
    docs: 'orgs/orgs#get-an-organization',
    handle: (exchange) => getOrganization(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/orgs/{org}/members', '/organizations/{id}/members'],
    docs: 'orgs/members#list-organization-members',
    handle: (exchange) => listMembers(state, exchange),
  },
  {
    method: 'GET',
    paths: ['/rate_limit'],
    docs: 'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
    resource: null,
    handle: (exchange) => getRateLimit(state, exchange),
  },
];

/** After every other path below `/user/`. */
export const userByIdOperation = (state: State): Operation => ({
  method: 'GET',
  paths: ['/user/{id}'],
  docs: 'users/users#get-a-user-using-their-id',
  handle: (exchange) => getUser(state, exchange),
});
