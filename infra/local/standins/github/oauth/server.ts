import { randomBytes } from 'node:crypto';
import {
  type Asked,
  type AuthServer,
  type Choice,
  type Client,
  type Consent,
  hosts,
  policyFor,
  standardPolicy,
} from '../../oauth/index.ts';
import type { StandinRequest } from '../../standin.ts';
import type { State } from '../state.ts';
import { knownScopes, normalized } from './scopes.ts';

/**
 * github.com/login/oauth, after "Authorizing OAuth apps", "Refreshing user access tokens" and the two pages
 * on troubleshooting. Mistakes at the token endpoint come with status 200.
 */

const pages = '/apps/managing-oauth-apps';
const tokenPage = `${pages}/troubleshooting-oauth-app-access-token-request-errors/`;
const requestPage =
  '/apps/building-integrations/setting-up-and-registering-oauth-apps/' +
  'troubleshooting-authorization-request-errors/';

const told = (error: string, description: string, uri?: string) => ({
  status: 200,
  error,
  description,
  ...(uri !== undefined && { uri }),
});
const wrongClient = told(
  'incorrect_client_credentials',
  'The client_id and/or client_secret passed are incorrect.',
  `${tokenPage}#incorrect-client-credentials`,
);
const wrongCode = told(
  'bad_verification_code',
  'The code passed is incorrect or expired.',
  `${tokenPage}#bad-verification-code`,
);
const wrongRedirect = (uri: string) =>
  told(
    'redirect_uri_mismatch',
    'The redirect_uri MUST match the registered callback URL for this application.',
    uri,
  );
const wrongRefresh = told('bad_refresh_token', 'The refresh token passed is incorrect or expired.');

export const isGithubApp = (client: Client | undefined): boolean => client?.details['kind'] === 'github_app';

/** A form, unless the `Accept` header asks for JSON. */
const format = (status: number, body: Record<string, unknown>, { headers }: StandinRequest) => {
  if ((headers['accept'] ?? '').includes('application/json')) return { status, body };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) form.set(name, String(value));
  return {
    status,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  };
};

const secret = (prefix: string): string => `${prefix}${randomBytes(27).toString('hex').slice(0, 36)}`;

export const github = (state: State): AuthServer => {
  const server: AuthServer = {
    authorize: { host: hosts('github.com'), path: '/login/oauth/authorize' },
    token: { host: hosts('github.com'), path: '/login/oauth/access_token' },
    policy: { ...standardPolicy, accessSeconds: null, cap: { most: 10, per: 'scopes' } },
    accounts: () =>
      state.accounts
        .filter(({ type }) => type === 'User')
        .map(({ id, login, name, emails }) => ({
          id: String(id),
          names: [login, ...emails.map(({ email }) => email)],
          label: name === null ? login : `${name} (${login})`,
        })),
    scopes: knownScopes,
    unknownScopes: 'refuse',
    scopeSplit: /[ ,]+/,
    scopeSeparator: ',',
    pkce: { methods: ['S256'], required: false },
    redirectUri: 'optional',
    responseType: 'optional',
    grantType: 'optional',
    issuer: 'https://github.com/login/oauth',
    grantTypes: ['authorization_code', 'refresh_token'],
    bodies: ['form', 'json', 'query'],
    tokenType: 'bearer',
    onPage: ['app_unknown', 'redirect_missing'],
    errors: {
      app_unknown: { status: 404, error: 'not_found', description: 'No app has this client_id' },
      client_unknown: wrongClient,
      client_refused: wrongClient,
      client_missing: wrongClient,
      redirect_mismatch: wrongRedirect(`${requestPage}#redirect-uri-mismatch`),
      scope_unknown: told('invalid_scope', 'The scopes requested are invalid: {detail}.'),
      denied: told(
        'access_denied',
        'The user has denied your application access.',
        `${requestPage}#access-denied`,
      ),
      grant_unsupported: told('unsupported_grant_type', 'The grant_type {detail} is not supported.'),
      parameter_missing: wrongCode,
      body_type: wrongClient,
      body_unreadable: wrongClient,
      code_unknown: wrongCode,
      code_expired: wrongCode,
      code_used: wrongCode,
      code_of_other: wrongCode,
      code_redirect: wrongRedirect(
        `${pages}/troubleshooting-authorization-request-errors/#redirect-uri-mismatch2`,
      ),
      verifier_missing: wrongCode,
      verifier_wrong: wrongCode,
      verifier_unexpected: wrongCode,
      refresh_unknown: wrongRefresh,
      refresh_of_other: wrongRefresh,
      refresh_spent: wrongRefresh,
      refresh_revoked: wrongRefresh,
      refresh_expired: wrongRefresh,
      refresh_account_gone: wrongRefresh,
    },
    format,
    consent: ({ client, parameters }: Asked, { account, scopes }: Choice, prior: Consent | null) => {
      // Without `scope`, a token gets what the person has granted the app before.
      const granted = parameters['scope'] === undefined ? (prior?.scopes ?? []) : scopes;
      return {
        scopes: isGithubApp(client) ? [] : normalized(granted),
        offline: policyFor(server, state.oauth, client.id, account.id).accessSeconds !== null,
      };
    },
    mint: {
      code: () => randomBytes(10).toString('hex'),
      access: ({ client }) => secret(isGithubApp(state.oauth.clients[client]) ? 'ghu_' : 'gho_'),
      refresh: () => `ghr_${randomBytes(38).toString('hex')}`,
    },
    answerExtras: ({ refresh }, _context, { idleSeconds }) =>
      refresh !== null && idleSeconds !== null ? { refresh_token_expires_in: idleSeconds } : {},
  };
  return server;
};
