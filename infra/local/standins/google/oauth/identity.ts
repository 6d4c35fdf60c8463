import { createPublicKey, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { accessOf } from '../../oauth/index.ts';
import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import { standinNow } from '../../standin.ts';
import { type GoogleState, nameOf, type User, userNamed } from '../state.ts';

/** Who a person is: userinfo, identity tokens, and the documents that lead to them. */

export const issuer = 'https://accounts.google.com';

export const makeKey = () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    id: randomBytes(20).toString('hex'),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};

const emailScope = 'https://www.googleapis.com/auth/userinfo.email';
const profileScope = 'https://www.googleapis.com/auth/userinfo.profile';

/** As they are named in answers, whatever they were asked for by. */
const longNames: Record<string, string> = { email: emailScope, profile: profileScope };

export const canonical = (scopes: string[]): string[] => [
  ...new Set(scopes.map((scope) => longNames[scope] ?? scope)),
];

const claimsOf = (user: User, scopes: string[]): Record<string, unknown> => ({
  sub: user.id,
  ...(scopes.includes(profileScope) && {
    name: nameOf(user),
    given_name: user.givenName,
    family_name: user.familyName,
    picture: `https://lh3.googleusercontent.com/a/${user.id}=s96-c`,
  }),
  ...(scopes.includes(emailScope) && { email: user.email, email_verified: true }),
  ...(user.hd !== null && { hd: user.hd }),
});

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const identityToken = (
  { signing }: GoogleState,
  user: User,
  { client, scopes, nonce }: { client: string; scopes: string[]; nonce: string | null },
): string => {
  const now = Math.floor(standinNow() / 1000);
  const claims = {
    iss: issuer,
    azp: client,
    aud: client,
    ...claimsOf(user, scopes),
    ...(nonce !== null && { nonce }),
    iat: now,
    exp: now + 3600,
  };
  const text = `${base64({ alg: 'RS256', kid: signing.id, typ: 'JWT' })}.${base64(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(signing.privateKey, 'base64url')}`;
};

const unauthorized: StandinAnswer = {
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="${issuer}/", error="invalid_token"` },
  body: { error: 'invalid_request', error_description: 'Invalid Credentials' },
};

const userinfo = (state: GoogleState, { headers }: StandinRequest): StandinAnswer => {
  const token = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  const access = token === undefined ? null : accessOf(state.oauth, token);
  const user = access?.account ? userNamed(state, access.account) : null;
  const may = access?.scopes.some((scope) => ['openid', emailScope, profileScope].includes(scope));
  if (!access || !user || !may) return unauthorized;
  return { status: 200, body: claimsOf(user, access.scopes) };
};

const discovery = {
  issuer,
  authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
  token_endpoint: 'https://oauth2.googleapis.com/token',
  userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
  revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
  jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  code_challenge_methods_supported: ['plain', 'S256'],
};

export const identityRoutes = (state: GoogleState): Route[] => [
  ...['GET', 'POST'].map((method) => ({
    method,
    host: /^openidconnect\.googleapis\.com$/i,
    path: '/v1/userinfo',
    handle: (request: StandinRequest) => userinfo(state, request),
  })),
  {
    method: 'GET',
    host: /^accounts\.google\.com$/i,
    path: '/.well-known/openid-configuration',
    handle: () => ({ status: 200, body: discovery }),
  },
  {
    method: 'GET',
    host: /^www\.googleapis\.com$/i,
    path: '/oauth2/v3/certs',
    handle: () => {
      const { signing } = state;
      const key = createPublicKey(signing.publicKey).export({ format: 'jwk' });
      return { status: 200, body: { keys: [{ ...key, kid: signing.id, alg: 'RS256', use: 'sig' }] } };
    },
  },
];
