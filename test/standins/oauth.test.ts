import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OAuth, openOAuth, redirectUri } from './oauth-standin.ts';

let oauth: OAuth;
beforeAll(async () => {
  oauth = await openOAuth();
});
afterAll(() => oauth.stop());
afterEach(() => {
  delete process.env['CLOCK_OFFSET_MS'];
});

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const s256 = { code_challenge: challenge, code_challenge_method: 'S256' };

describe('the authorization endpoint', () => {
  it('sends a code and the state back', async () => {
    const back = await oauth.sentBack({ ...oauth.request, standin_user: 'ada', state: 'a b&c' });
    expect(back).toEqual({ code: expect.stringMatching(/^[\w-]{20,}$/), state: 'a b&c' });
  });

  it.each([
    ['no client_id', { client_id: '' }],
    ['an unknown client_id', { client_id: 'nobody' }],
    ['an address that is not registered', { redirect_uri: 'https://app.example/callback/' }],
    ['an address with more in it', { redirect_uri: 'https://app.example/callback?x=1' }],
    ['no address where several are registered', { redirect_uri: '' }],
    ['an address of another client', { redirect_uri: 'https://other.example/callback' }],
    ['a pattern matched in part', { client_id: 'local', redirect_uri: 'http://127.0.0.1:1/callback/evil' }],
    ['an unknown person', { standin_user: 'nobody' }],
  ])('tells on a page, and sends nobody back, of %s', async (_name, query) => {
    const reply = await oauth.authorize({ ...oauth.request, standin_user: 'ada', ...query });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
    expect(reply.headers.get('content-type')).toContain('text/html');
  });

  it.each([
    ['response_type', { response_type: '' }, 'invalid_request'],
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'read everything' }, 'invalid_scope'],
    ['a scope the client may not have', { client_id: 'narrow', scope: 'write' }, 'invalid_scope'],
    ['an unknown PKCE method', { ...s256, code_challenge_method: 'S512' }, 'invalid_request'],
    ['a PKCE method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    ['a malformed challenge', { ...s256, code_challenge: 'short' }, 'invalid_request'],
    ['a public client without PKCE', { client_id: 'public' }, 'invalid_request'],
    ['a refusal', { standin_deny: '1' }, 'access_denied'],
  ])('tells the client of %s', async (_name, query, error) => {
    const asked = { ...oauth.request, standin_user: 'ada', state: 's', ...query };
    const back = await oauth.sentBack(asked);
    expect(back).toEqual({ error, error_description: expect.any(String), state: 's' });
  });

  it('takes no parameter twice', async () => {
    const query = new URLSearchParams({ ...oauth.request, standin_user: 'ada' }).toString();
    const twice = await oauth.call(`/authorize?${query}&scope=read`);
    expect(twice.headers.get('location')).toContain('error=invalid_request');
    const addresses = await oauth.call(`/authorize?${query}&redirect_uri=${redirectUri}`);
    expect(addresses.status).toBe(400);
  });

  it('takes an address by pattern, or the only registered one', async () => {
    const local = await oauth.authorize({
      client_id: 'local',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:49152/callback',
      standin_user: 'ada',
    });
    expect(local.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:49152\/callback\?code=/);
    const single = await oauth.authorize({ client_id: 'single', response_type: 'code', standin_user: 'ada' });
    expect(single.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback\?code=/);
  });

  it('asks for further parameters, and answers in the mode and with the issuer it has', async () => {
    const other = await openOAuth({
      required: { audience: ['the-api'], prompt: null },
      responseModes: ['query', 'fragment', 'form_post'],
      issuer: 'https://login.example',
    });
    const asked = { ...other.request, standin_user: 'ada', state: 's' };
    const iss = 'https://login.example';
    const failed = { error: 'invalid_request', error_description: expect.any(String), state: 's', iss };
    expect(await other.sentBack({ ...asked, prompt: 'x' })).toEqual(failed);
    expect(await other.sentBack({ ...asked, prompt: 'x', audience: 'wrong' })).toEqual(failed);
    const full = { ...asked, prompt: 'x', audience: 'the-api' };
    expect(await other.sentBack(full)).toEqual({ code: expect.any(String), state: 's', iss });
    const { headers } = await other.authorize({ ...full, response_mode: 'fragment' });
    expect(headers.get('location')).toMatch(/^https:\/\/app\.example\/callback#code=.+&state=s&iss=/);
    const { text } = await other.authorize({ ...full, response_mode: 'form_post' });
    expect(text).toContain(`action="${redirectUri}"`);
    expect(text).toMatch(/name="code" value="[\w-]+"/);
    await other.stop();
  });

  it('drops unknown scopes where the provider does', async () => {
    const other = await openOAuth({ unknownScopes: 'drop' });
    const tokens = await other.connect({ scope: 'read everything' });
    expect(tokens['scope']).toBe('read');
    await other.stop();
  });
});

describe('the page', () => {
  const address = (query: Record<string, string> = {}) =>
    `/authorize?${new URLSearchParams({ ...oauth.request, state: 's', ...query }).toString()}`;

  it('shows accounts and scopes without a script, and escapes what it shows', async () => {
    const { status, text, headers } = await oauth.call(address());
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('value="1" checked> Ada');
    expect(text).toContain('Grace &lt;Hopper>');
    expect(text).toContain('name="standin_scopes" value="write" checked');
    const refused = await oauth.call(address({ client_id: '<script>' }));
    expect(refused.text).not.toContain('<script>');
  });

  it('posts to its own address what the person chose', async () => {
    const allowed = await oauth.form(address(), {
      standin_user: '2',
      standin_scopes: 'read',
      decision: 'allow',
    });
    const back = new URL(allowed.headers.get('location') ?? '').searchParams;
    expect(back.get('state')).toBe('s');
    const { body } = await oauth.exchange(back.get('code') ?? '');
    expect(body['scope']).toBe('read');
    const me = await oauth.call('/me', { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(me.body).toEqual({ account: '2', scopes: ['read'] });

    const denied = await oauth.form(address(), { standin_user: '2', decision: 'deny' });
    expect(new URL(denied.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
  });

  it('checks the request again when it is posted', async () => {
    const answer = { standin_user: '2', decision: 'allow' };
    const { status } = await oauth.form(address({ redirect_uri: 'https://evil.example/' }), answer);
    expect(status).toBe(400);
  });
});
