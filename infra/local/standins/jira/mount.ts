import type { Route, StandinAnswer, StandinRequest } from '../standin.ts';
import { edgeHeaders, unauthenticated, unknownSite } from './answers.ts';
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

/** `anonymous`: whether its documentation says "This operation can be accessed anonymously". */
export type Endpoint = { method: string; path: string } & (
  | { anonymous: true; handle: (call: Call) => StandinAnswer }
  | { anonymous: false; handle: (call: OwnCall) => StandinAnswer }
);

/** The same operations are reached on the site's host and, with OAuth, under `/ex/jira/{cloudId}`. */
export type Mount = {
  prefix: string;
  host: RegExp;
  locate: (request: StandinRequest) => Site | undefined;
  identify: Identify;
  base: (site: Site) => string;
};

const hidden = (site: Site): Site => ({ ...site, users: [], projects: [], issues: [] });

const answer = (endpoint: Endpoint, mount: Mount, request: StandinRequest): StandinAnswer => {
  const site = mount.locate(request);
  if (!site) return unknownSite;
  const { headers, refused } = takeCall(site);
  const decorated = (result: StandinAnswer, more: Record<string, string> = {}): StandinAnswer => ({
    ...result,
    headers: { ...headers, ...more, ...result.headers },
  });
  if (refused) return decorated(refused);

  const caller = mount.identify(site, request);
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
