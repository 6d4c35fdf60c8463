import { hashOf, standinNow } from '../standin.ts';
import type { AuthServer } from './server.ts';
import type {
  AccessToken,
  Client,
  Consent,
  Data,
  Ending,
  Family,
  OAuthState,
  Policy,
  RefreshToken,
} from './types.ts';

/** What clients are written as; `secret` null is a public client. */
export type ClientInput = Partial<Omit<Client, 'secretHash'>> & { id: string; secret: string | null };

export const makeClient = ({ id, secret, ...rest }: ClientInput): Client => ({
  id,
  secretHash: secret === null ? null : hashOf(secret),
  redirectUris: [],
  redirectPatterns: [],
  scopes: null,
  auth: 'any',
  grants: null,
  policy: {},
  details: {},
  ...rest,
});

export const makeOAuth = (clients: ClientInput[] = []): OAuthState => ({
  clients: Object.fromEntries(clients.map((client) => [client.id, makeClient(client)])),
  rules: [],
  consents: [],
  codes: {},
  families: {},
  access: {},
  refresh: {},
  nextFamily: 1,
  calls: [],
  faults: [],
});

/** An address on this machine, any port, with this path: what a pattern of `redirectPatterns` may be. */
export const loopbackRedirect = (path: string): string =>
  `http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?${path.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&')}`;

/** The provider's own hosts, and this machine's, so that a browser can be sent straight to a stand-in. */
export const hosts = (...names: string[]): RegExp =>
  new RegExp(
    `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')}|localhost|127\\.0\\.0\\.1)(:\\d+)?$`,
    'i',
  );

export const policyFor = (
  server: AuthServer,
  state: OAuthState,
  client: string | null,
  account: string | null,
): Policy => {
  const rank = (rule: { client: string | null; account: string | null }): number =>
    (rule.account === null ? 0 : 2) + (rule.client === null ? 0 : 1);
  const rules = state.rules
    .filter((rule) => rule.client === null || rule.client === client)
    .filter((rule) => rule.account === null || rule.account === account)
    .toSorted((left, right) => rank(left) - rank(right));
  return Object.assign(
    { ...server.policy },
    client === null ? {} : state.clients[client]?.policy,
    ...rules.map(({ policy }) => policy),
  ) as Policy;
};

export const consentOf = (state: OAuthState, client: string, account: string): Consent | null =>
  state.consents.find((one) => one.client === client && one.account === account) ?? null;

export const union = (...lists: string[][]): string[] => [...new Set(lists.flat())];

export const openFamily = (
  state: OAuthState,
  input: { client: string; account: string | null; scopes: string[]; details?: Record<string, Data> },
): Family => {
  const family: Family = {
    id: `family-${state.nextFamily}`,
    details: {},
    ...input,
    createdAt: standinNow(),
    ended: null,
    generation: 0,
    refreshCalls: 0,
    refreshed: 0,
    spentTwice: 0,
    currentAccess: null,
    currentRefresh: null,
  };
  state.nextFamily += 1;
  state.families[family.id] = family;
  return family;
};

export const accessTokensOf = (state: OAuthState, family: Family): AccessToken[] =>
  Object.values(state.access).filter((token) => token.family === family.id);

export const endAccess = (state: OAuthState, family: Family): void => {
  for (const token of accessTokensOf(state, family)) token.revoked = true;
};

export const endFamily = (server: AuthServer, state: OAuthState, family: Family, why: Ending): void => {
  family.ended ??= { at: standinNow(), why };
  if (policyFor(server, state, family.client, family.account).revocationKillsAccess) endAccess(state, family);
};

/** As when a person removes an app in the account's settings: nothing of it is left. */
export const endGrant = (
  server: AuthServer,
  state: OAuthState,
  match: { client?: string | undefined; account?: string | undefined },
  why: Ending,
): Family[] => {
  const hit = (one: { client: string; account: string | null }): boolean =>
    (match.client === undefined || one.client === match.client) &&
    (match.account === undefined || one.account === match.account);
  const families = Object.values(state.families).filter((family) => hit(family) && !family.ended);
  for (const family of families) endFamily(server, state, family, why);
  state.consents = state.consents.filter((consent) => !hit(consent));
  state.codes = Object.fromEntries(Object.entries(state.codes).filter(([, code]) => !hit(code)));
  return families;
};

export const isRefreshDead = (policy: Policy, family: Family, token: RefreshToken): boolean => {
  const now = standinNow();
  const { idleSeconds, absoluteSeconds } = policy;
  return (
    token.expired ||
    (idleSeconds !== null && now >= token.usedAt + idleSeconds * 1000) ||
    (absoluteSeconds !== null && now >= family.createdAt + absoluteSeconds * 1000)
  );
};

const isLive = (token: AccessToken): boolean =>
  !token.revoked && (token.expiresAt === null || standinNow() < token.expiresAt);

export const accessWorks = (state: OAuthState, hash: string | null): boolean => {
  const token = hash === null ? undefined : state.access[hash];
  return token !== undefined && isLive(token);
};

export type Access = { token: AccessToken; family: Family; scopes: string[]; account: string | null };

/** What a bearer token stands for at an API; null where it is unknown, expired or revoked. */
export const accessOf = (state: OAuthState, value: string): Access | null => {
  const token = state.access[hashOf(value)];
  const family = token && state.families[token.family];
  if (!token || !family || !isLive(token)) return null;
  return { token, family, scopes: token.scopes, account: family.account };
};
