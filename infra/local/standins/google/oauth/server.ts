import { randomBytes } from 'node:crypto';
import {
  type Account,
  type Asked,
  type AuthServer,
  type Choice,
  type Consent,
  type ErrorShape,
  failure,
  type Granted,
  hosts,
  type Issued,
  type Reason,
  standardPolicy,
} from '../../oauth/index.ts';
import { knownScopes } from '../calendar/scopes.ts';
import { type GoogleState, nameOf, userNamed } from '../state.ts';
import { byAssertion, jwtBearer } from './assertion.ts';
import { canonical, identityToken } from './identity.ts';

/** Google's authorization server (https://developers.google.com/identity/protocols/oauth2/web-server). */

const invalidGrant = (description: string): ErrorShape => ({
  status: 400,
  error: 'invalid_grant',
  description,
});
const expiredOrRevoked = invalidGrant('Token has been expired or revoked.');
const badRequest = invalidGrant('Bad Request');

const errors: Partial<Record<Reason, ErrorShape>> = {
  app_unknown: { status: 400, error: 'invalid_client', description: 'The OAuth client was not found.' },
  client_unknown: { status: 401, error: 'invalid_client', description: 'The OAuth client was not found.' },
  client_refused: {
    status: 401,
    error: 'invalid_client',
    description: 'The provided client secret is invalid.',
  },
  client_missing: {
    status: 400,
    error: 'invalid_request',
    description: 'Could not determine client ID from request.',
  },
  redirect_mismatch: {
    status: 400,
    error: 'redirect_uri_mismatch',
    description: 'The redirect URI in the request, {detail}, does not match the ones authorized.',
  },
  code_unknown: invalidGrant('Malformed auth code.'),
  code_used: badRequest,
  code_expired: badRequest,
  code_redirect: { status: 400, error: 'redirect_uri_mismatch', description: 'Bad Request' },
  code_of_other: { status: 401, error: 'unauthorized_client', description: 'Unauthorized' },
  verifier_missing: invalidGrant('Missing code verifier.'),
  verifier_wrong: invalidGrant('Invalid code verifier.'),
  refresh_unknown: badRequest,
  refresh_of_other: { status: 401, error: 'unauthorized_client', description: 'Unauthorized' },
  refresh_revoked: expiredOrRevoked,
  refresh_expired: expiredOrRevoked,
  refresh_account_gone: { status: 400, error: 'invalid_grant', description: 'Account has been deleted' },
  grant_unsupported: {
    status: 400,
    error: 'unsupported_grant_type',
    description: 'Invalid grant_type: {detail}',
  },
};

/** All but the person's refusal are shown to the person, and the app learns nothing. */
const onPage: Reason[] = [
  'app_unknown',
  'redirect_missing',
  'redirect_mismatch',
  'parameter_missing',
  'parameter_invalid',
  'parameter_repeated',
  'response_type',
  'scope_unknown',
  'pkce_method',
  'pkce_malformed',
];

const check = ({ parameters, scopes }: Asked): void => {
  if (scopes.length === 0) throw failure('parameter_missing', 'scope');
  const { access_type: access = 'online', prompt = '' } = parameters;
  if (!['online', 'offline'].includes(access)) throw failure('parameter_invalid', 'access_type');
  const prompts = prompt.split(' ').filter((one) => one !== '');
  if (prompts.some((one) => !['none', 'consent', 'select_account'].includes(one))) {
    throw failure('parameter_invalid', 'prompt');
  }
};

/** A refresh token comes with the first offline consent only, unless the person is asked again. */
const consent = (
  { parameters }: Asked,
  { scopes: chosen }: Choice,
  prior: Consent | null,
): Partial<Granted> => {
  if (chosen.length === 0) throw failure('denied');
  const before = parameters['include_granted_scopes'] === 'true' ? (prior?.scopes ?? []) : [];
  const asksAgain = (parameters['prompt'] ?? '').split(' ').includes('consent');
  const wantsOffline = parameters['access_type'] === 'offline';
  const hadOffline = prior?.details['offline'] === true;
  return {
    scopes: canonical([...chosen, ...before]),
    offline: wantsOffline && (asksAgain || !hadOffline),
    details: { offline: wantsOffline || hadOffline, nonce: parameters['nonce'] ?? null },
  };
};

const idToken = (state: GoogleState, { family, scopes }: Issued): Record<string, unknown> => {
  const user = family.account === null ? null : userNamed(state, family.account);
  if (!user || !scopes.includes('openid')) return {};
  const { nonce } = family.details;
  return {
    id_token: identityToken(state, user, {
      client: family.client,
      scopes,
      nonce: family.generation === 0 && typeof nonce === 'string' ? nonce : null,
    }),
  };
};

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const accountsOf = (state: GoogleState): Account[] =>
  state.users.map((user) => ({
    id: user.id,
    names: [user.email],
    label: `${nameOf(user)} <${user.email}>`,
  }));

const month = 30.44 * 24 * 3600;

export const googleServer = (state: GoogleState): AuthServer => ({
  authorize: { host: hosts('accounts.google.com'), path: '/o/oauth2/v2/auth' },
  token: { host: hosts('oauth2.googleapis.com'), path: '/token' },
  revoke: {
    host: hosts('oauth2.googleapis.com'),
    path: '/revoke',
    effect: 'account',
    clientAuth: false,
    unknown: { status: 400, error: 'invalid_token', description: 'Token expired or revoked' },
    body: {},
  },
  policy: {
    ...standardPolicy,
    accessSeconds: 3599,
    refreshTokenOnRefresh: false,
    idleSeconds: Math.round(6 * month),
    cap: { most: 100, per: 'account' },
  },
  accounts: () => accountsOf(state),
  scopes: knownScopes,
  unknownScopes: 'refuse',
  pkce: { methods: ['S256', 'plain'], required: false },
  redirectUri: 'required',
  grantTypes: ['authorization_code', 'refresh_token'],
  bodies: ['form', 'json'],
  errors,
  onPage,
  check,
  consent,
  redirectExtras: ({ parameters }, { scopes }) => ({
    scope: scopes.join(' '),
    ...(parameters['authuser'] !== undefined && { authuser: parameters['authuser'] }),
    prompt: parameters['prompt'] ?? 'none',
  }),
  mint: {
    code: () => `4/0${random(50)}`,
    access: () => `ya29.${random(120)}`,
    refresh: () => `1//0${random(70)}`,
  },
  answerExtras: (issued) => idToken(state, issued),
  grants: { [jwtBearer]: { client: false, handle: (context) => byAssertion(state, context) } },
});
