import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  ada,
  apiOf,
  app,
  type Microsoft,
  openMicrosoft,
  redirectUri,
  type TokenFailure,
  type Tokens,
  tenant,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
beforeEach(async () => {
  microsoft = await openMicrosoft();
});
afterEach(() => microsoft.stop());

const scope = 'openid profile email offline_access User.Read Calendars.Read';
const client = { client_id: app.id, client_secret: app.secret };

const authorize = (more: Record<string, string> = {}, directory = 'common') => {
  const query = new URLSearchParams({
    client_id: app.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: 'query',
    scope,
    state: 'st4te',
    standin_user: 'ada@acme.example',
    ...more,
  });
  return microsoft.call<string>('GET', `/${directory}/oauth2/v2.0/authorize?${query.toString()}`, {
    host: 'login.microsoftonline.com',
  });
};
const returned = async (
  more: Record<string, string> = {},
  directory = 'common',
): Promise<URLSearchParams> => {
  const { status, headers, body } = await authorize(more, directory);
  if (status !== 302) throw new Error(`${status}: ${body}`);
  return new URL(headers.get('location') ?? '').searchParams;
};
const exchange = <T = Tokens>(code: string, more: Record<string, string> = {}, directory = 'common') =>
  microsoft.login<T>(
    { grant_type: 'authorization_code', ...client, redirect_uri: redirectUri, code, ...more },
    directory,
  );
const refresh = <T = Tokens>(token: string, more: Record<string, string> = {}) =>
  microsoft.login<T>({ grant_type: 'refresh_token', ...client, refresh_token: token, ...more });
const signIn = async (more: Record<string, string> = {}): Promise<Tokens> => {
  const { status, body } = await exchange((await returned(more)).get('code') ?? '');
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const claims = (jwt = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const works = async (token: string): Promise<number> => (await apiOf(microsoft, token).get('/me')).status;
const told = ({ status, body }: Answer<TokenFailure>): [number, string, number | undefined] => [
  status,
  body.error,
  body.error_codes[0],
];

describe('signing in', () => {
  it('gives tokens that can be read', async () => {
    const query = await returned({ nonce: 'n0nce' });
    const { body } = await exchange(query.get('code') ?? '', { client_info: '1' });

    expect(query.get('state')).toBe('st4te');
    expect(body).toMatchObject({ token_type: 'Bearer', ext_expires_in: body.expires_in });
    expect(body.expires_in).toBeGreaterThan(3600);
    expect(body.scope?.split(' ').sort()).toEqual([
      'Calendars.Read',
      'User.Read',
      'email',
      'openid',
      'profile',
    ]);
    expect(claims(body.access_token)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      iss: `https://sts.windows.net/${tenant}/`,
      tid: tenant,
      oid: ada,
      appid: app.id,
      upn: 'ada@acme.example',
      scp: expect.stringContaining('Calendars.Read'),
    });
    expect(claims(body.id_token)).toMatchObject({
      iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
      aud: app.id,
      oid: ada,
      tid: tenant,
      nonce: 'n0nce',
      preferred_username: 'ada@acme.example',
    });
    expect(JSON.parse(Buffer.from(body.client_info ?? '', 'base64url').toString())).toEqual({
      uid: ada,
      utid: tenant,
    });
    expect(await works(body.access_token)).toBe(200);
  });

  it('gives a refresh token for offline_access only, an identity for openid', async () => {
    const body = await signIn({ scope: 'User.Read' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(body).not.toHaveProperty('id_token');
  });

  it('takes the permissions of Graph with and without its address, and remembers them', async () => {
    const long = await signIn({ scope: 'https://graph.microsoft.com/Calendars.Read' });
    expect(long.scope).toBe('Calendars.Read');
    const more = await signIn({ scope: 'User.Read' });
    expect(more.scope?.split(' ').sort()).toEqual(['Calendars.Read', 'User.Read']);
  });

  it.each(['common', 'organizations', tenant, 'acme.example'])('goes by %s', async (directory) => {
    const code = (await returned({}, directory)).get('code') ?? '';
    expect((await exchange(code, {}, directory)).status).toBe(200);
  });

  it('knows no other tenant, and lets nobody into one that is not theirs', async () => {
    const unknown = await authorize({}, '00000000-0000-4000-8000-000000000000');
    await microsoft.control('tenants', { name: 'Other', domains: ['other.example'] });
    const other = await authorize({}, 'other.example');
    const code = (await returned()).get('code') ?? '';

    expect([unknown.status, unknown.body.includes('AADSTS90002')]).toEqual([400, true]);
    expect([other.status, other.body.includes('AADSTS50020')]).toEqual([400, true]);
    expect(told(await exchange<TokenFailure>(code, {}, 'nowhere.example'))).toEqual([
      400,
      'invalid_request',
      90002,
    ]);
  });

  it.each([
    [{ client_id: randomBytes(4).toString('hex') }, 'AADSTS700016'],
    [{ redirect_uri: 'https://evil.example/' }, 'AADSTS50011'],
    [{ scope: 'Everything.Read' }, 'AADSTS650053'],
    [{ scope: '' }, 'AADSTS900144'],
  ])('tells the person of %j', async (more, text) => {
    const { status, headers, body } = await authorize(more);
    expect([status, headers.get('location'), body.includes(text)]).toEqual([400, null, true]);
  });

  it('tells the app of a refusal', async () => {
    const query = await returned({ standin_deny: '1' });
    expect([query.get('error'), query.get('state')]).toEqual(['access_denied', 'st4te']);
    expect(query.get('error_description')).toMatch(/^AADSTS65004/);
  });

  it('holds a challenge against the code, and takes the code once', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const pkce = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const code = (await returned(pkce)).get('code') ?? '';

    expect(told(await exchange<TokenFailure>(code))).toEqual([400, 'invalid_grant', 501481]);
    expect((await exchange(code, { code_verifier: verifier })).status).toBe(200);
    const again = await exchange<TokenFailure>(code, { code_verifier: verifier });
    expect(told(again)).toEqual([400, 'invalid_grant', 54005]);
    expect(told(await exchange<TokenFailure>('nonsense'))).toEqual([400, 'invalid_grant', 70000]);
  });
});

describe('our credentials', () => {
  const attempt = async (fields: Record<string, string>) =>
    told(await microsoft.login<TokenFailure>({ grant_type: 'refresh_token', refresh_token: 'x', ...fields }));

  it('are refused by number', async () => {
    expect(await attempt({ ...client, client_secret: 'wrong' })).toEqual([401, 'invalid_client', 7000215]);
    expect(await attempt({ client_id: app.id })).toEqual([401, 'invalid_client', 7000218]);
    expect(await attempt({ ...client, client_id: 'other' })).toEqual([400, 'unauthorized_client', 700016]);
    expect(await attempt({})).toEqual([400, 'invalid_request', 900144]);
    await microsoft.control('app-secret', { client: app.id, expired: true });
    expect(await attempt(client)).toEqual([401, 'invalid_client', 7000222]);
    await microsoft.control('app-secret', { client: app.id, expired: false });
    expect(await attempt(client)).toEqual([400, 'invalid_grant', 9002313]);
  });

  it('are refused in the documented form', async () => {
    const { body } = await microsoft.login<TokenFailure>({ grant_type: 'magic', ...client }, 'common', {
      'client-request-id': 'c0ffee',
    });
    expect(body).toEqual({
      error: 'unsupported_grant_type',
      error_description: expect.stringMatching(
        /^AADSTS70003: .* Trace ID: \S+ Correlation ID: c0ffee Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
      ),
      error_codes: [70003],
      timestamp: expect.any(String),
      trace_id: expect.any(String),
      correlation_id: 'c0ffee',
      error_uri: 'https://login.microsoftonline.com/error?code=70003',
    });
  });
});

describe('refreshing', () => {
  it('gives a new refresh token, and the old one lives on', async () => {
    const { refresh_token: first = '' } = await signIn();
    const { body: second } = await refresh(first);
    const { body: third } = await refresh(first);

    expect(second.refresh_token).not.toBe(first);
    expect(third.refresh_token).not.toBe(second.refresh_token);
    for (const token of [first, second.refresh_token, third.refresh_token]) {
      expect((await refresh(token ?? '')).status).toBe(200);
    }
    expect(await works(third.access_token)).toBe(200);
    expect((await refresh(first, { scope: 'https://graph.microsoft.com/.default' })).status).toBe(200);
  });

  it('ends 90 days after the issue of the token, used or not', async () => {
    const offset = process.env['CLOCK_OFFSET_MS'];
    const days = (count: number) => {
      process.env['CLOCK_OFFSET_MS'] = String(count * 24 * 3600 * 1000);
    };
    try {
      const { refresh_token: first = '' } = await signIn();
      days(89);
      const { body } = await refresh(first);
      days(91);
      expect(told(await refresh<TokenFailure>(first))).toEqual([400, 'invalid_grant', 700082]);
      expect((await refresh(body.refresh_token ?? '')).status).toBe(200);
    } finally {
      process.env['CLOCK_OFFSET_MS'] = offset ?? '0';
    }
  });

  it('ends with a new password, without the consent and with the account', async () => {
    const one = (await signIn()).refresh_token ?? '';
    await microsoft.control('sessions/revoke', { user: 'ada@acme.example' });
    expect(told(await refresh<TokenFailure>(one))).toEqual([400, 'invalid_grant', 50173]);

    const two = (await signIn()).refresh_token ?? '';
    await microsoft.control('consents/remove', { client: app.id, account: 'ada@acme.example' });
    const refused = await refresh<TokenFailure>(two);
    expect(told(refused)).toEqual([400, 'invalid_grant', 65001]);
    expect(refused.body.suberror).toBe('consent_required');

    const three = (await signIn()).refresh_token ?? '';
    const beyond = await refresh<TokenFailure>(three, { scope: 'Mail.Read' });
    expect(told(beyond)).toEqual([400, 'invalid_grant', 65001]);
    await microsoft.control('users/remove', { user: 'ada@acme.example' });
    expect(told(await refresh<TokenFailure>(three))).toEqual([400, 'invalid_grant', 50057]);
  });

  it.each([50076, 50079, 53003])('waits for the person where %s is told', async (code) => {
    const { refresh_token: token = '' } = await signIn();
    await microsoft.control('interaction', { account: 'ada@acme.example', code });
    const refused = await refresh<TokenFailure>(token);

    expect(told(refused)).toEqual([400, 'interaction_required', code]);
    await microsoft.control('interaction', { account: 'ada@acme.example', code: null });
    expect((await refresh(token)).status).toBe(200);
  });
});

describe('an app by itself', () => {
  const asApp = <T = TokenFailure>(more: Record<string, string> = {}, directory = tenant) =>
    microsoft.login<T>(
      {
        grant_type: 'client_credentials',
        ...client,
        scope: 'https://graph.microsoft.com/.default',
        ...more,
      },
      directory,
    );

  it('gets a token with the roles it was given, and no refresh token', async () => {
    const { status, body } = await asApp<Tokens>();

    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'ext_expires_in', 'token_type']);
    expect(claims(body.access_token)).toMatchObject({
      idtyp: 'app',
      tid: tenant,
      appid: app.id,
      roles: ['Calendars.Read'],
    });
    expect(claims(body.access_token)).not.toHaveProperty('scp');
  });

  it('needs a tenant that let it in, and the default scope of a resource', async () => {
    await microsoft.control('tenants', { name: 'Other', domains: ['other.example'] });

    expect(told(await asApp({}, 'common'))).toEqual([400, 'invalid_request', 50059]);
    expect(told(await asApp({}, 'other.example'))).toEqual([400, 'unauthorized_client', 700016]);
    expect(told(await asApp({}, 'nowhere.example'))).toEqual([400, 'invalid_request', 90002]);
    expect(told(await asApp({ scope: 'Calendars.Read' }))).toEqual([400, 'invalid_scope', 1002012]);
    expect(told(await asApp({ scope: '' }))).toEqual([400, 'invalid_request', 900144]);
    expect(told(await asApp({ scope: 'https://other.example/.default' }))).toEqual([
      400,
      'invalid_resource',
      500011,
    ]);
    await microsoft.control('app-roles', {
      client: app.id,
      tenant: 'other.example',
      roles: ['Calendars.Read'],
    });
    expect((await asApp<Tokens>({}, 'other.example')).status).toBe(200);
    await microsoft.control('app-roles', { client: app.id, tenant, roles: null });
    expect(told(await asApp())).toEqual([400, 'unauthorized_client', 700016]);
  });
});

describe('discovery', () => {
  it('leads to the endpoints', async () => {
    const get = (path: string) =>
      microsoft.call<Record<string, unknown>>('GET', path, { host: 'login.microsoftonline.com' });

    expect((await get('/common/discovery/instance?api-version=1.1')).body).toHaveProperty(
      'tenant_discovery_endpoint',
    );
    expect((await get(`/${tenant}/v2.0/.well-known/openid-configuration`)).body).toMatchObject({
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      token_endpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
    });
    expect((await get('/common/v2.0/.well-known/openid-configuration')).body['issuer']).toBe(
      'https://login.microsoftonline.com/{tenantid}/v2.0',
    );
    expect((await get('/nowhere/v2.0/.well-known/openid-configuration')).body['error']).toBe(
      'invalid_tenant',
    );
    expect((await get('/common/discovery/v2.0/keys')).body['keys']).toHaveLength(1);
  });
});
