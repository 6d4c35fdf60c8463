import {
  type AuthServer,
  accessOf,
  type ClientInput,
  hosts,
  makeOAuth,
  type OAuthState,
  oauthControls,
  oauthRoutes,
  standardPolicy,
} from '../../infra/local/standins/oauth/index.ts';
import { hashOf, startStandin } from '../../infra/local/standins/standin.ts';

/** A stand-in that is nothing but an authorization server and one resource, `GET /me`. */

export const redirectUri = 'https://app.example/callback';
export const secret = 'client-secret';

export const clients: ClientInput[] = [
  { id: 'app', secret, redirectUris: [redirectUri, 'https://app.example/other'] },
  { id: 'other', secret: 'other-secret', redirectUris: ['https://other.example/callback'] },
  { id: 'single', secret, redirectUris: [redirectUri] },
  { id: 'local', secret, redirectPatterns: ['http://127\\.0\\.0\\.1:\\d+/callback'] },
  { id: 'public', secret: null, redirectUris: [redirectUri] },
  { id: 'basic-only', secret, redirectUris: [redirectUri], auth: 'basic' },
  { id: 'post-only', secret, redirectUris: [redirectUri], auth: 'post' },
  { id: 'narrow', secret, redirectUris: [redirectUri], scopes: ['read'], grants: ['authorization_code'] },
];

const host = hosts('login.example');

/** Rotating and strict; `overrides` may be any part of it. */
export const serverOf = (overrides: Partial<AuthServer> = {}): AuthServer => ({
  authorize: { host, path: '/authorize' },
  token: { host, path: '/token' },
  revoke: { host, path: '/revoke', effect: 'token', clientAuth: true },
  policy: { ...standardPolicy, rotates: true, reuseRevokesFamily: true },
  accounts: () => [
    { id: '1', names: ['ada'], label: 'Ada' },
    { id: '2', names: ['grace'], label: 'Grace <Hopper>' },
  ],
  scopes: ['openid', 'offline_access', 'read', 'write'],
  unknownScopes: 'refuse',
  pkce: { methods: ['S256', 'plain'], required: false },
  redirectUri: 'optional',
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  bodies: ['form', 'json'],
  ...overrides,
});

export type Tokens = { access_token: string; refresh_token: string } & Record<string, unknown>;
export type Body = Partial<Tokens> & { error?: string; error_description?: string };
export type Reply = { status: number; headers: Headers; text: string; body: Body };

const parsed = (text: string): Body => {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
};

export const basic = (id: string, password: string): string =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`)}`;

/** Calls to the three endpoints and the controls of a stand-in that has an authorization server. */
export const oauthCalls = (origin: string, paths: { authorize: string; token: string; host: string }) => {
  const call = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(origin + path, {
      redirect: 'manual',
      ...init,
      headers: { 'x-forwarded-host': paths.host, ...(init.headers as Record<string, string>) },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const authorize = (query: Record<string, string>) =>
    call(`${paths.authorize}?${new URLSearchParams(query).toString()}`);
  return {
    origin,
    call,
    form,
    authorize,
    token: (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      form(paths.token, fields, headers),
    /** The answer of the authorization endpoint as the client gets it. */
    sentBack: async (query: Record<string, string>): Promise<Record<string, string>> => {
      const { status, headers, text } = await authorize(query);
      if (status !== 302) throw new Error(`${status} ${text}`);
      return Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
    },
    control: async <T = Record<string, unknown>>(
      method: string,
      path: string,
      body?: unknown,
    ): Promise<T> => {
      const reply = await call(`/__standin/oauth/${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
      return reply.body as T;
    },
  };
};

export const openOAuth = async (overrides: Partial<AuthServer> = {}, file: string | null = null) => {
  const server = serverOf(overrides);
  const standin = await startStandin<{ oauth: OAuthState }>({
    id: 'oauth',
    file,
    seed: () => ({ oauth: makeOAuth(clients) }),
    controls: ({ oauth }) => oauthControls(server, oauth),
    routes: ({ oauth }) => [
      ...oauthRoutes(server, oauth),
      {
        method: 'GET',
        path: '/me',
        handle: ({ headers }) => {
          const access = accessOf(oauth, headers['authorization']?.replace('Bearer ', '') ?? '');
          return access
            ? { status: 200, body: { account: access.account, scopes: access.scopes } }
            : { status: 401, body: { error: 'invalid_token' } };
        },
      },
    ],
  });
  const calls = oauthCalls(standin.origin, {
    authorize: '/authorize',
    token: '/token',
    host: 'login.example',
  });
  const { call, sentBack, token } = calls;
  const request = { client_id: 'app', response_type: 'code', redirect_uri: redirectUri, scope: 'read write' };
  const credentials = { client_id: 'app', client_secret: secret };

  const codeFor = async (query: Record<string, string> = {}): Promise<string> => {
    const { code = '' } = await sentBack({ ...request, standin_user: 'ada', ...query });
    return code;
  };
  const exchange = (code: string, fields: Record<string, string> = {}) =>
    token({ grant_type: 'authorization_code', ...credentials, code, redirect_uri: redirectUri, ...fields });
  const refresh = (value: string, fields: Record<string, string> = {}) =>
    token({ grant_type: 'refresh_token', ...credentials, refresh_token: value, ...fields });
  return {
    ...standin,
    ...calls,
    request,
    codeFor,
    exchange,
    refresh,
    /** Consents and exchanges; fails where that is refused. */
    connect: async (query: Record<string, string> = {}, fields: Record<string, string> = {}) => {
      const { status, text, body } = await exchange(await codeFor(query), fields);
      if (status !== 200) throw new Error(`${status} ${text}`);
      return body as Tokens;
    },
    /** Whether the API takes a token. */
    works: async (value: unknown): Promise<boolean> =>
      (await call('/me', { headers: { authorization: `Bearer ${String(value)}` } })).status === 200,
    hashOf,
  };
};

export type OAuth = Awaited<ReturnType<typeof openOAuth>>;
