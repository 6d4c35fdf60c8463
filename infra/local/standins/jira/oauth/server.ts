import { randomBytes } from 'node:crypto';
import {
  type Account,
  type Asked,
  type AuthServer,
  type Choice,
  type Consent,
  type Data,
  hosts,
  loopbackRedirect,
  makeOAuth,
  type OAuthState,
  standardPolicy,
} from '../../oauth/index.ts';
import type { JiraState, Site } from '../state.ts';

/**
 * auth.atlassian.com, after "OAuth 2.0 (3LO) apps" and the announcement of rotating refresh tokens
 * (https://community.developer.atlassian.com/t/54172), which says that it is built on Auth0. Where only
 * Auth0's own documentation describes an answer, that is used.
 */

const jiraScopes = [
  'read:jira-user',
  'read:jira-work',
  'write:jira-work',
  'manage:jira-project',
  'manage:jira-configuration',
  'manage:jira-webhook',
];
const confluenceScopes = [
  'read:confluence-content.all',
  'read:confluence-content.summary',
  'read:confluence-space.summary',
  'read:confluence-user',
  'write:confluence-content',
  'search:confluence',
];
const day = 24 * 3600;

const forbidden = (error: string, description: string) => ({ status: 403, error, description });
const unauthorized = { status: 401, error: 'access_denied', description: 'Unauthorized' };
const wrongCode = forbidden('invalid_grant', 'Invalid authorization code');
const deadRefresh = forbidden('invalid_grant', 'Unknown or invalid refresh token.');

const sitesOf = (state: JiraState, accountId: string): Site[] =>
  Object.values(state.sites).filter(({ users }) =>
    users.some((user) => user.accountId === accountId && user.active),
  );

/** People with an Atlassian account, whichever sites they are on. */
const accounts = (state: JiraState): Account[] => {
  const found = new Map<string, Account>();
  for (const { users } of Object.values(state.sites)) {
    for (const { accountId, accountType, active, displayName, email } of users) {
      if (!active || email === null || accountType !== 'atlassian') continue;
      found.set(accountId, {
        id: accountId,
        names: [email, displayName],
        label: `${displayName} (${email})`,
      });
    }
  }
  return [...found.values()];
};

/** The sites of a grant by cloud id, each with its scopes; empty where nothing was granted. */
export const grantedSites = (details: Record<string, Data> | undefined): Record<string, string[]> =>
  (details?.['sites'] ?? {}) as Record<string, string[]>;

/** With an account-level grant, tokens reach what the account has granted since, too. */
export const isAccountLevel = (client: { details: Record<string, Data> } | undefined): boolean =>
  client?.details['grant'] !== 'resource';

/** "The scopes in the new grant override the scopes in the existing grant"; further sites are added. */
const consent = (asked: Asked, { scopes, resources }: Choice, prior: Consent | null) => {
  const site = scopes.filter((scope) => jiraScopes.includes(scope));
  const chosen = site.length > 0 ? Object.fromEntries(resources.map((id) => [id, site])) : {};
  const kept = isAccountLevel(asked.client) ? grantedSites(prior?.details) : {};
  return { offline: scopes.includes('offline_access'), details: { sites: { ...kept, ...chosen } } };
};

export const atlassian = (state: JiraState): AuthServer => ({
  authorize: { host: hosts('auth.atlassian.com'), path: '/authorize' },
  token: { host: hosts('auth.atlassian.com'), path: '/oauth/token' },
  policy: {
    ...standardPolicy,
    rotates: true,
    graceSeconds: 600,
    reuseRevokesFamily: true,
    idleSeconds: 90 * day,
  },
  accounts: () => accounts(state),
  resources: ({ id }) =>
    sitesOf(state, id).map(({ cloudId, host }) => ({ id: cloudId, names: [host], label: host })),
  scopes: [...jiraScopes, ...confluenceScopes, 'read:me', 'read:account', 'offline_access'],
  unknownScopes: 'refuse',
  required: { audience: ['api.atlassian.com'], prompt: ['consent'], scope: null },
  // Not documented for 3LO.
  pkce: null,
  redirectUri: 'required',
  grantTypes: ['authorization_code', 'refresh_token'],
  bodies: ['json', 'form'],
  onPage: [
    'app_unknown',
    'redirect_missing',
    'redirect_mismatch',
    'parameter_missing',
    'parameter_invalid',
    'scope_unknown',
  ],
  errors: {
    denied: forbidden('access_denied', 'User did not authorize the request'),
    client_unknown: unauthorized,
    client_refused: unauthorized,
    client_missing: unauthorized,
    parameter_missing: forbidden('invalid_request', 'Missing required parameter: {detail}'),
    grant_unsupported: forbidden('unsupported_grant_type', 'Unsupported grant type: {detail}'),
    code_unknown: wrongCode,
    code_expired: wrongCode,
    code_used: wrongCode,
    code_of_other: wrongCode,
    code_redirect: wrongCode,
    refresh_unknown: deadRefresh,
    refresh_of_other: deadRefresh,
    refresh_spent: deadRefresh,
    refresh_revoked: deadRefresh,
    refresh_expired: deadRefresh,
    refresh_account_gone: deadRefresh,
  },
  consent,
  // Atlassian's are JWTs of well over a thousand characters.
  mint: { access: () => `eyJ${randomBytes(900).toString('base64url')}` },
});

export const seedOAuth = (): OAuthState =>
  makeOAuth([
    {
      id: 'acme-demo-jira',
      secret: 'acme-demo-jira-secret',
      redirectPatterns: [loopbackRedirect('/api/v1/oauth/callback/jira')],
      auth: 'post',
    },
  ]);
