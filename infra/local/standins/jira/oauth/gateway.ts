import { type Access, accessOf, consentOf, hosts } from '../../oauth/index.ts';
import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import { edgeHeaders, ok } from '../answers.ts';
import { type Endpoint, type Mount, mountAt } from '../mount.ts';
import type { JiraState, Site, User } from '../state.ts';
import { grantedSites, isAccountLevel } from './server.ts';

/** api.atlassian.com: which sites a token reaches, whose it is, and the REST API of those sites. */

const host = hosts('api.atlassian.com');

const gatewayError = (code: number, message: string): { refused: StandinAnswer } => ({
  refused: { status: code, headers: { 'content-type': 'application/json' }, body: { code, message } },
});
const unauthorized = gatewayError(401, 'Unauthorized');
const scopeMismatch = gatewayError(401, 'Unauthorized; scope does not match');
const notInstalled = gatewayError(403, 'The app is not installed on this instance');

const noSuchSite = (path: string): { refused: StandinAnswer } => ({
  refused: {
    status: 404,
    body: {
      timestamp: new Date().toISOString(),
      status: 404,
      error: 'Not Found',
      message: 'No message available',
      path,
    },
  },
});

const bearerOf = (state: JiraState, { headers }: StandinRequest): Access | null => {
  const [, value] = /^bearer +(\S+)\s*$/i.exec(headers['authorization'] ?? '') ?? [];
  return value === undefined ? null : accessOf(state.oauth, value);
};

const userOn = (site: Site, account: string | null): User | undefined =>
  site.users.find(({ accountId, active }) => active && accountId === account);

/** What a token reaches: each site it was granted and its person is still on, with the scopes there. */
const reach = (state: JiraState, { family, account }: Access): { site: Site; scopes: string[] }[] => {
  const { oauth } = state;
  const details =
    account !== null && isAccountLevel(oauth.clients[family.client])
      ? consentOf(oauth, family.client, account)?.details
      : family.details;
  const granted = grantedSites(details);
  return Object.values(state.sites).flatMap((site) => {
    const scopes = granted[site.cloudId];
    return scopes && userOn(site, account) ? [{ site, scopes }] : [];
  });
};

const resources = (state: JiraState, request: StandinRequest): StandinAnswer => {
  const access = bearerOf(state, request);
  if (!access) return unauthorized.refused;
  return ok(
    reach(state, access).map(({ site, scopes }) => ({
      id: site.cloudId,
      url: `https://${site.host}`,
      name: site.host.split('.')[0],
      scopes,
      avatarUrl: 'https://site-admin-avatar-cdn.prod.public.atl-paas.net/avatars/240/rocket.png',
    })),
  );
};

const me = (state: JiraState, request: StandinRequest): StandinAnswer => {
  const access = bearerOf(state, request);
  if (!access) return unauthorized.refused;
  if (!access.scopes.includes('read:me')) return scopeMismatch.refused;
  const users = Object.values(state.sites).map((site) => userOn(site, access.account));
  const user = users.find((candidate) => candidate !== undefined);
  if (!user) return unauthorized.refused;
  return ok({
    account_type: user.accountType,
    account_id: user.accountId,
    email: user.email,
    email_verified: true,
    name: user.displayName,
    nickname: user.displayName,
    picture: `https://avatar-management--avatars.us-west-2.prod.public.atl-paas.net/${user.accountId}`,
    account_status: 'active',
    characteristics: { not_mentionable: false },
    zoneinfo: user.timeZone,
    locale: user.locale.replace('_', '-'),
    extended_profile: {},
  });
};

const mountOf = (state: JiraState): Mount => {
  const reached = (request: StandinRequest) => {
    const access = bearerOf(state, request);
    const cloudId = request.params['cloudId'];
    return access && reach(state, access).find(({ site }) => site.cloudId === cloudId);
  };
  return {
    prefix: '/ex/jira/{cloudId}',
    host,
    locate: (request) => {
      if (!bearerOf(state, request)) return unauthorized;
      const { cloudId } = request.params;
      const site = Object.values(state.sites).find((candidate) => candidate.cloudId === cloudId);
      if (!site) return noSuchSite(request.path);
      return reached(request) ? site : notInstalled;
    },
    identify: (site, request, scope) => {
      const found = reached(request);
      const user = userOn(site, bearerOf(state, request)?.account ?? null);
      return found?.scopes.includes(scope) && user ? { user, failed: false } : scopeMismatch;
    },
    base: ({ cloudId }) => `https://api.atlassian.com/ex/jira/${cloudId}`,
  };
};

export const gatewayRoutes = (state: JiraState, operations: Endpoint[]): Route[] => {
  const own = (path: string, serve: (state: JiraState, request: StandinRequest) => StandinAnswer): Route => ({
    method: 'GET',
    path,
    host,
    handle: (request) => {
      const answer = serve(state, request);
      return { ...answer, headers: { ...edgeHeaders(), ...answer.headers } };
    },
  });
  return [
    own('/oauth/token/accessible-resources', resources),
    own('/me', me),
    ...mountAt(mountOf(state), operations),
  ];
};
