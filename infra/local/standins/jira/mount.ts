import type { Route, StandinAnswer, StandinRequest } from '../standin.ts';
import { edgeHeaders, unauthenticated } from './answers.ts';
import type { Identify } from './auth.ts';
import { takeCall } from './limit.ts';
import type { Site, User } from './state.ts';

/** One call as the operations see it: whose, of which site, and where that site's addresses begin. */
export type Call = {
  /** What the caller may see of the site; for an anonymous caller of a private site, nothing. */
  site: Site;
  user: User | null;
  base: string;
  request: StandinRequest;
};

export type OwnCall = Call & { user: User };

/** The classic scopes that the documentation of an operation names under "OAuth 2.0 scopes required". */
export type Scope = 'read:jira-user' | 'read:jira-work' | 'write:jira-work';

/** `anonymous`: whether its documentation says "This operation can be accessed anonymously". */
export type Endpoint = { method: string; path: string; scope: Scope } & (
  | { anonymous: true; handle: (call: Call) => StandinAnswer }
  | { anonymous: false; handle: (call: OwnCall) => StandinAnswer }
);

/** The same operations are reached on the site's host and, with OAuth, under `/ex/jira/{cloudId}`. */
export type Mount = {
  prefix: string;
  host: RegExp;
  locate: (request: StandinRequest) => Site | { refused: StandinAnswer };
  identify: Identify;
  base: (site: Site) => string;
};

const hidden = (site: Site): Site => ({ ...site, users: [], projects: [], issues: [] });

const answer = (endpoint: Endpoint, mount: Mount, request: StandinRequest): StandinAnswer => {
  const located = mount.locate(request);
  if ('refused' in located) return located.refused;
  const site = located;
  const { headers, refused } = takeCall(site);
  const decorated = (result: StandinAnswer, more: Record<string, string> = {}): StandinAnswer => ({
    ...result,
    headers: { ...headers, ...more, ...result.headers },
  });
  if (refused) return decorated(refused);

  const caller = mount.identify(site, request, endpoint.scope);
  if ('refused' in caller) return decorated(caller.refused);
  const { user, failed } = caller;
  if (user) {
    const result = endpoint.handle({ site, user, base: mount.base(site), request });
    return decorated(result, { 'x-aaccountid': encodeURIComponent(user.accountId) });
  }
  if (!endpoint.anonymous) return decorated(unauthenticated(site.host, request.headers['accept'], failed));
  const result = endpoint.handle({ site: hidden(site), user, base: mount.base(site), request });
  return decorated(result, failed ? { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' } : {});
};

export const mountAt = (mount: Mount, endpoints: Endpoint[]): Route[] =>
  endpoints.map((endpoint) => ({
    method: endpoint.method,
    path: `${mount.prefix}${endpoint.path}`,
    host: mount.host,
    handle: (request) => {
      const result = answer(endpoint, mount, request);
      return { ...result, headers: { ...edgeHeaders(), ...result.headers } };
    },
  }));
