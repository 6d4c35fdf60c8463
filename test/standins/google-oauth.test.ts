import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  apiOf,
  calendarScope,
  client,
  type Google,
  openGoogle,
  readScope,
  redirectUri,
} from './google-caller.ts';

type Tokens = {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  expires_in: number;
  scope: string;
  token_type: string;
};
type Refused = { error: string; error_description: string };

let google: Google;
beforeEach(async () => {
  google = await openGoogle();
});
afterEach(() => google.stop());

const scope = `openid email ${readScope}`;
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

const authorize = (more: Record<string, string> = {}) => {
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state: 'st4te',
    standin_user: 'ada@acme.example',
    ...more,
  });
  return google.call<string>('GET', `/o/oauth2/v2/auth?${query.toString()}`, { host: 'accounts.google.com' });
};
const returned = async (more: Record<string, string> = {}): Promise<URLSearchParams> => {
  const { status, headers, body } = await authorize(more);
  if (status !== 302) throw new Error(`${status}: ${body}`);
  return new URL(headers.get('location') ?? '').searchParams;
};
const exchange = <T = Tokens>(code: string, more: Record<string, string> = {}) =>
  google.post<T>('/token', {
    grant_type: 'authorization_code',
    client_id: client.id,
    client_secret: client.secret,
    redirect_uri: redirectUri,
    code,
    ...more,
  });
const refresh = <T = Tokens>(token: string, more: Record<string, string> = {}) =>
  google.post<T>('/token', {
    grant_type: 'refresh_token',
    client_id: client.id,
    client_secret: client.secret,
    refresh_token: token,
    ...more,
  });
const signIn = async (more: Record<string, string> = {}): Promise<Tokens> => {
  const query = await returned({ access_type: 'offline', prompt: 'consent', ...more });
  const { status, body } = await exchange(query.get('code') ?? '');
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const claims = (jwt = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const works = async (token: string): Promise<number> =>
  (await apiOf(google, token).get('users/me/calendarList')).status;

describe('consent', () => {
  it('gives a code for tokens that work', async () => {
    // Hints are no more than that: who is signed in decides.
    const hints = { login_hint: 'grace@acme.example', hd: 'other.example' };
    const query = await returned({ ...hints, access_type: 'offline', prompt: 'consent', nonce: 'n0nce' });
    const { body, headers } = await exchange(query.get('code') ?? '');

    expect(query.get('state')).toBe('st4te');
    expect(query.get('scope')?.split(' ')).toContain(readScope);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
    expect(body.access_token).toMatch(/^ya29\./);
    expect(body.refresh_token).toMatch(/^1\/\//);
    expect(body.scope.split(' ')).toEqual([
      'openid',
      'https://www.googleapis.com/auth/userinfo.email',
      readScope,
    ]);
    expect(claims(body.id_token)).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: client.id,
      sub: '100000000000000000001',
      email: 'ada@acme.example',
      email_verified: true,
      hd: 'acme.example',
      nonce: 'n0nce',
    });
    expect(await works(body.access_token)).toBe(200);
  });

  it('gives a refresh token the first time only, unless the person is asked again', async () => {
    const first = async (more: Record<string, string>) =>
      (await exchange((await returned(more)).get('code') ?? '')).body.refresh_token !== undefined;

    expect(await first({})).toBe(false);
    expect(await first({ access_type: 'offline' })).toBe(true);
    expect(await first({ access_type: 'offline' })).toBe(false);
    expect(await first({ access_type: 'offline', prompt: 'select_account consent' })).toBe(true);
  });

  it('may be given to a part of the scopes, and then adds up', async () => {
    const part = await signIn({ standin_scopes: 'openid email' });
    expect(part.scope).not.toContain('calendar');
    expect(await works(part.access_token)).toBe(403);

    const rest = await signIn({ scope: readScope, include_granted_scopes: 'true' });
    expect(rest.scope.split(' ')).toHaveLength(3);
    const alone = await signIn({ scope: readScope });
    expect(alone.scope).toBe(readScope);
  });

  it('may be refused', async () => {
    const query = await returned({ standin_deny: '1' });
    expect([query.get('error'), query.get('code'), query.get('state')]).toEqual([
      'access_denied',
      null,
      'st4te',
    ]);
  });

  it('asks a browser on a page', async () => {
    const query = new URLSearchParams({
      client_id: client.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
    });
    const page = await google.call<string>('GET', `/o/oauth2/v2/auth?${query.toString()}`, {
      host: 'accounts.google.com',
    });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('grace@acme.example');
  });

  it.each([
    [{ client_id: 'other' }, 'invalid_client'],
    [{ redirect_uri: 'https://evil.example/' }, 'redirect_uri_mismatch'],
    [{ scope: 'everything' }, 'invalid_scope'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ access_type: 'later' }, 'invalid_request'],
    [{ prompt: 'please' }, 'invalid_request'],
    [{ scope: '' }, 'invalid_request'],
  ])('tells the person, not the app, of %j', async (more, error) => {
    const { status, headers, body } = await authorize(more);
    expect([status, headers.get('location')]).toEqual([400, null]);
    expect(body).toContain(error);
  });

  it('holds a challenge against the code', async () => {
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    const code = async () => (await returned(pkce)).get('code') ?? '';
    const without = await exchange<Refused>(await code());
    const wrong = await exchange<Refused>(await code(), {
      code_verifier: randomBytes(32).toString('base64url'),
    });

    expect([without.status, without.body.error_description]).toEqual([400, 'Missing code verifier.']);
    expect(wrong.body).toEqual({ error: 'invalid_grant', error_description: 'Invalid code verifier.' });
    expect((await exchange(await code(), { code_verifier: verifier })).status).toBe(200);
  });

  it('takes a code once, from the app and the address it was for', async () => {
    const code = (await returned()).get('code') ?? '';
    const moved = await exchange<Refused>(code, {
      redirect_uri: 'http://127.0.0.1/api/v1/oauth/callback/google',
    });
    const secret = await exchange<Refused>(code, { client_secret: 'wrong' });

    expect([moved.status, moved.body.error]).toEqual([400, 'redirect_uri_mismatch']);
    expect([secret.status, secret.body.error]).toEqual([401, 'invalid_client']);
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange<Refused>(code)).body.error).toBe('invalid_grant');
  });
});

describe('refreshing', () => {
  it('keeps the refresh token and gives no other', async () => {
    const { refresh_token: token = '' } = await signIn();
    const first = await refresh(token);
    const second = await refresh(token);

    expect(first.body).not.toHaveProperty('refresh_token');
    expect(first.body.access_token).not.toBe(second.body.access_token);
    expect(await works(first.body.access_token)).toBe(200);
    expect((await refresh(token, { scope: readScope })).body.scope).toBe(readScope);
    expect((await refresh<Refused>(token, { scope: calendarScope })).body.error).toBe('invalid_scope');
    expect((await refresh<Refused>(token, { client_id: 'other' })).body.error).toBe('invalid_client');
  });

  it('ends after six months without a call, counted from the last', async () => {
    const { refresh_token: token = '' } = await signIn();
    const offset = process.env['CLOCK_OFFSET_MS'];
    const months = (count: number) => {
      process.env['CLOCK_OFFSET_MS'] = String(count * 30 * 24 * 3600 * 1000);
    };
    try {
      months(5);
      expect((await refresh(token)).status).toBe(200);
      months(10);
      expect((await refresh(token)).status).toBe(200);
      months(17);
      const { status, body } = await refresh<Refused>(token);
      expect([status, body]).toEqual([
        400,
        { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      ]);
    } finally {
      process.env['CLOCK_OFFSET_MS'] = offset ?? '0';
    }
  });

  it('drops the oldest of too many', async () => {
    await google.control('oauth/policy', { policy: { cap: { most: 2, per: 'account' } } });
    const tokens = [await signIn(), await signIn(), await signIn()].map((one) => one.refresh_token ?? '');
    const grace = await signIn({ standin_user: 'grace@acme.example' });

    const statuses = await Promise.all(tokens.map(async (token) => (await refresh(token)).status));
    expect(statuses).toEqual([400, 200, 200]);
    expect((await refresh(grace.refresh_token ?? '')).status).toBe(200);
  });

  it('ends after seven days for an app in testing', async () => {
    await google.control('oauth/policy', { client: client.id, policy: { absoluteSeconds: 0 } });
    const { refresh_token: token = '' } = await signIn();
    expect((await refresh<Refused>(token)).body.error_description).toBe('Token has been expired or revoked.');
  });
});

describe('revoking', () => {
  it.each(['access_token', 'refresh_token'] as const)(
    'ends every token of that person and app by the %s',
    async (name) => {
      const [old, one] = [await signIn(), await signIn()];
      const grace = await signIn({ standin_user: 'grace@acme.example' });
      const answer = await google.call('POST', `/revoke?token=${encodeURIComponent(one[name] ?? '')}`, {
        host: 'oauth2.googleapis.com',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });

      expect([answer.status, answer.body]).toEqual([200, {}]);
      expect(await works(old.access_token)).toBe(401);
      expect((await refresh<Refused>(old.refresh_token ?? '')).body.error).toBe('invalid_grant');
      expect(await works(grace.access_token)).toBe(200);
      // As at the first consent: the app is unknown to the account again.
      const again = await exchange((await returned({ access_type: 'offline' })).get('code') ?? '');
      expect(again.body.refresh_token).toBeDefined();
    },
  );

  it('tells of a token that is none', async () => {
    const { status, body } = await google.post<Refused>('/revoke', { token: 'nothing' });
    expect([status, body.error]).toEqual([400, 'invalid_token']);
  });

  it('happens by the person, and with the account', async () => {
    const { refresh_token: token = '' } = await signIn();
    await google.control('oauth/grants/revoke', { client: client.id, account: 'ada@acme.example' });
    expect((await refresh(token)).status).toBe(400);
    const grace = await signIn({ standin_user: 'grace@acme.example' });
    await google.control('users/remove', { email: 'grace@acme.example' });
    expect((await refresh<Refused>(grace.refresh_token ?? '')).body.error_description).toBe(
      'Account has been deleted',
    );
  });
});

describe('userinfo', () => {
  const userinfo = (token: string) =>
    google.call<Record<string, unknown>>('GET', '/v1/userinfo', {
      host: 'openidconnect.googleapis.com',
      token,
    });

  it('tells what the scopes allow', async () => {
    const { access_token: token } = await signIn();
    const full = await google.tokenFor('ada@acme.example', [
      'openid',
      'https://www.googleapis.com/auth/userinfo.profile',
    ]);

    expect((await userinfo(token)).body).toEqual({
      sub: '100000000000000000001',
      email: 'ada@acme.example',
      email_verified: true,
      hd: 'acme.example',
    });
    expect((await userinfo(full)).body).toMatchObject({ name: 'Ada Lovelace', given_name: 'Ada' });
    expect((await userinfo('wrong')).status).toBe(401);
    expect((await userinfo(await google.tokenFor('ada@acme.example'))).status).toBe(401);
  });
});
