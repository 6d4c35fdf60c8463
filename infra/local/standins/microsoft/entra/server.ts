import { randomBytes } from 'node:crypto';
import {
  type Asked,
  type AuthServer,
  type Choice,
  type Consent,
  consentOf,
  type Family,
  failure,
  type Granted,
  hosts,
  type Issued,
  standardPolicy,
  type TokenContext,
} from '../../oauth/index.ts';
import { hashOf, standinNow } from '../../standin.ts';
import { type MicrosoftState, userNamed } from '../state.ts';
import { byClientCredentials } from './application.ts';
import { authenticate, tenantOf } from './directory.ts';
import { errorBody, errors } from './errors.ts';
import { interaction, notConsented, otherTenant } from './refusals.ts';
import { canonical, defaultScope, knownScopes, protocolScopes } from './scopes.ts';
import { accessToken, clientInfo, identityToken } from './tokens.ts';

/** Microsoft Entra's authorization server (https://learn.microsoft.com/entra/identity-platform). */

const refreshDays = 90;

const check = (state: MicrosoftState, { scopes, parameters, request }: Asked): void => {
  tenantOf(state, request);
  if (scopes.length === 0) throw failure('parameter_missing', 'scope');
  const prompt = parameters['prompt'] ?? '';
  if (!['', 'login', 'none', 'consent', 'select_account', 'create'].includes(prompt)) {
    throw failure('parameter_invalid', 'prompt');
  }
};

/** What was consented to before comes along, whatever is asked for now. */
const consent = (
  state: MicrosoftState,
  { request, scopes: asked, parameters }: Asked,
  { account, scopes: chosen }: Choice,
  prior: Consent | null,
): Partial<Granted> => {
  const tenant = tenantOf(state, request);
  const user = userNamed(state, account.id);
  if (tenant !== null && user?.tenant !== tenant) throw otherTenant();
  const wanted = canonical(chosen).filter((scope) => scope !== 'offline_access' && scope !== defaultScope);
  return {
    scopes: [...new Set([...wanted, ...(prior?.scopes ?? [])])],
    offline: asked.includes('offline_access'),
    details: { nonce: parameters['nonce'] ?? null },
  };
};

/** The life of a refresh token is counted from its issue, whether it is used or not. */
const checkAge = (state: MicrosoftState, { parameters }: TokenContext): void => {
  const held = state.oauth.refresh[hashOf(parameters['refresh_token'] ?? '')];
  if (held && standinNow() >= held.issuedAt + refreshDays * 24 * 3600 * 1000)
    throw failure('refresh_expired');
};

const accessScopes = (
  state: MicrosoftState,
  asked: string[] | null,
  family: Family,
  context: TokenContext,
): string[] => {
  checkAge(state, context);
  const number = state.interaction[family.account ?? ''];
  if (number !== undefined) throw interaction(number);
  const granted = consentOf(state.oauth, family.client, family.account ?? '');
  if (!granted) throw notConsented(family.client);
  const wanted = canonical(asked ?? []).filter(
    (scope) => scope !== defaultScope && !protocolScopes.includes(scope),
  );
  const all = [...new Set([...family.scopes, ...granted.scopes])];
  if (wanted.some((scope) => !all.includes(scope))) throw notConsented(family.client);
  return wanted.every((scope) => family.scopes.includes(scope)) ? family.scopes : all;
};

const answerExtras = (state: MicrosoftState, issued: Issued, { parameters }: TokenContext) => {
  const { family, scopes, expiresAt } = issued;
  const user = family.account === null ? null : userNamed(state, family.account);
  const seconds = expiresAt === null ? 3599 : Math.round((expiresAt - standinNow()) / 1000);
  const { nonce } = family.details;
  return {
    ext_expires_in: seconds,
    ...(user &&
      scopes.includes('openid') && {
        id_token: identityToken(state, user, {
          client: family.client,
          scopes,
          nonce: family.generation === 0 && typeof nonce === 'string' ? nonce : null,
        }),
      }),
    ...(user && parameters['client_info'] === '1' && { client_info: clientInfo(user) }),
  };
};

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const paths = { authorize: '/{tenant}/oauth2/v2.0/authorize', token: '/{tenant}/oauth2/v2.0/token' };
const host = hosts('login.microsoftonline.com', 'login.microsoft.com', 'login.windows.net');

export const entraServer = (state: MicrosoftState): AuthServer => ({
  authorize: { host, path: paths.authorize },
  token: { host, path: paths.token },
  policy: {
    ...standardPolicy,
    // Between 60 and 90 minutes, so that nobody counts on one of them.
    accessSeconds: 4421,
    rotates: true,
    spends: false,
    idleSeconds: refreshDays * 24 * 3600,
  },
  accounts: () =>
    state.users.map(({ id, userPrincipalName, mail, displayName }) => ({
      id,
      names: [userPrincipalName, ...(mail === null ? [] : [mail])],
      label: `${displayName} <${userPrincipalName}>`,
    })),
  scopes: knownScopes,
  unknownScopes: 'refuse',
  pkce: { methods: ['S256', 'plain'], required: false },
  redirectUri: 'optional',
  responseModes: ['query', 'fragment', 'form_post'],
  grantTypes: ['authorization_code', 'refresh_token'],
  bodies: ['form'],
  errors,
  onPage: ['app_unknown', 'redirect_missing', 'redirect_mismatch', 'parameter_missing', 'scope_unknown'],
  errorBody: (shape, _, request) => errorBody(shape, request),
  // An app's own token comes without a scope.
  format: (status, { scope, ...body }) => ({
    status,
    body: scope === '' || scope === undefined ? body : { ...body, scope },
  }),
  check: (asked) => check(state, asked),
  consent: (asked, choice, prior) => consent(state, asked, choice, prior),
  redirectExtras: () => ({ session_state: random(18) }),
  authenticate: (parameters, request) => authenticate(state, parameters, request),
  accessScopes: (asked, family, context) => accessScopes(state, asked, family, context),
  mint: {
    code: () => `1.AV8A${random(180)}`,
    access: (family, scopes, expiresAt) => accessToken(state, family, scopes, expiresAt),
    refresh: () => `1.AV8A${random(240)}`,
  },
  answerExtras: (issued, context) => answerExtras(state, issued, context),
  grants: {
    client_credentials: {
      client: true,
      handle: (context) => byClientCredentials(state, context, tenantOf(state, context.request)),
    },
  },
});
