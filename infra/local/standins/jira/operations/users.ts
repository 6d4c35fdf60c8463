import type { StandinAnswer } from '../../standin.ts';
import { ok, refusal } from '../answers.ts';
import type { Call, Endpoint, OwnCall } from '../mount.ts';
import type { User } from '../state.ts';
import { userView } from '../views.ts';
import { readPage } from './paging.ts';

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/ and …-group-users/ */

const paging = { fallback: 50, most: 1000 };

const page = ({ request, user: caller, base }: Call, users: User[]): StandinAnswer => {
  const range = readPage(request, paging);
  if ('refused' in range) return range.refused;
  const shown = users.slice(range.startAt, range.startAt + range.maxResults);
  return ok(shown.map((user) => userView(user, caller, base)));
};

/**
 * A query matches the beginning of a name's words or of the address. The address counts also where privacy
 * settings keep it out of the answer.
 */
const matcher = (query: string): ((user: User) => boolean) => {
  const text = query.trim().toLowerCase();
  const words = text.split(/\s+/);
  return ({ displayName, email }) => {
    const names = displayName.toLowerCase().split(/\s+/);
    return (
      words.every((word) => names.some((name) => name.startsWith(word))) ||
      (email?.toLowerCase().startsWith(text) ?? false)
    );
  };
};

const searchUsers = (call: Call): StandinAnswer => {
  const query = call.request.query.get('query');
  const accountId = call.request.query.get('accountId');
  if (call.request.query.has('username')) {
    return refusal(400, "The query parameter 'username' is not supported in GDPR strict mode.");
  }
  if (query === null && accountId === null) {
    return refusal(400, 'One of the query parameters query, accountId and property is required.');
  }
  const matches = query === null ? (user: User) => user.accountId === accountId : matcher(query);
  return page(call, call.site.users.filter((user) => user.active && matches(user)).slice(0, paging.most));
};

const readUser = ({ site, user: caller, base, request }: Call): StandinAnswer => {
  const accountId = request.query.get('accountId');
  if (!accountId) return refusal(400, 'The query parameter accountId is required.');
  const user = site.users.find((candidate) => candidate.accountId === accountId);
  return user
    ? ok(userView(user, caller, base))
    : refusal(404, 'Specified user does not exist or you do not have required permissions');
};

const readSelf = ({ site, user, base, request }: OwnCall): StandinAnswer => {
  const expand = request.query.get('expand') ?? '';
  const items = expand.includes('groups') ? [{ name: `jira-users-${site.host.split('.')[0]}` }] : [];
  return ok({
    ...userView(user, user, base),
    groups: { size: 1, items },
    applicationRoles: { size: 1, items: [] },
    expand: 'groups,applicationRoles',
  });
};

const listUsers = (call: Call): StandinAnswer => page(call, call.site.users);

export const userOperations: Endpoint[] = [
  { method: 'GET', path: '/rest/api/3/myself', anonymous: false, scope: 'read:jira-user', handle: readSelf },
  { method: 'GET', path: '/rest/api/3/user', anonymous: false, scope: 'read:jira-user', handle: readUser },
  {
    method: 'GET',
    path: '/rest/api/3/user/search',
    anonymous: true,
    scope: 'read:jira-user',
    handle: searchUsers,
  },
  { method: 'GET', path: '/rest/api/3/users', anonymous: false, scope: 'read:jira-user', handle: listUsers },
  {
    method: 'GET',
    path: '/rest/api/3/users/search',
    anonymous: false,
    scope: 'read:jira-user',
    handle: listUsers,
  },
];
