import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { basic, type OAuth, openOAuth, redirectUri, secret } from './oauth-standin.ts';

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

describe('a code', () => {
  it('is exchanged for tokens, by form or JSON', async () => {
    const code = await oauth.codeFor();
    const { status, body, headers } = await oauth.exchange(code);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.any(String),
      scope: 'read write',
    });
    expect(await oauth.works(body.access_token)).toBe(true);

    const json = { client_id: 'app', client_secret: secret, redirect_uri: redirectUri };
    const byJson = await oauth.call('/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...json, grant_type: 'authorization_code', code: await oauth.codeFor() }),
    });
    expect(byJson.status).toBe(200);
  });

  it('carries fewer scopes where the person unticked some', async () => {
    const tokens = await oauth.connect({ standin_scopes: 'write' });
    expect(tokens['scope']).toBe('write');
  });

  it('works once; the second time ends what came of it', async () => {
    const code = await oauth.codeFor();
    const first = await oauth.exchange(code);
    const second = await oauth.exchange(code);
    expect([second.status, second.body.error]).toEqual([400, 'invalid_grant']);
    expect(await oauth.works(first.body.access_token)).toBe(false);
    expect((await oauth.refresh(first.body.refresh_token ?? '')).status).toBe(400);
  });

  it('is good up to its age and no longer', async () => {
    const [good, late] = [await oauth.codeFor(), await oauth.codeFor()];
    process.env['CLOCK_OFFSET_MS'] = '595000';
    expect((await oauth.exchange(good)).status).toBe(200);
    process.env['CLOCK_OFFSET_MS'] = '601000';
    expect((await oauth.exchange(late)).body.error).toBe('invalid_grant');
  });

  it.each([
    ['no code', { code: '' }, 'invalid_request'],
    ['an unknown code', { code: 'x' }, 'invalid_grant'],
    ['another address', { redirect_uri: 'https://app.example/other' }, 'invalid_grant'],
    ['no address where the request had one', { redirect_uri: '' }, 'invalid_grant'],
    ['a verifier without a challenge', { code_verifier: verifier }, 'invalid_grant'],
    ['no grant_type', { grant_type: '' }, 'invalid_request'],
    ['an unknown grant_type', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('is refused with %s', async (_name, fields, error) => {
    const { status, body } = await oauth.exchange(await oauth.codeFor(), fields);
    expect([status, body.error]).toEqual([400, error]);
  });

  it.each([
    ['the right one', s256, verifier, 200],
    ['the right one, plain', { code_challenge: verifier }, verifier, 200],
    ['a wrong one', s256, 'w'.repeat(43), 400],
    ['the challenge itself', s256, challenge, 400],
    ['none', s256, '', 400],
  ])('bound to a challenge takes of verifiers: %s', async (_name, query, given, expected) => {
    const { status, body } = await oauth.exchange(await oauth.codeFor(query), { code_verifier: given });
    expect(status).toBe(expected);
    if (expected === 400) expect(body.error).toBe('invalid_grant');
  });

  it('is for the client that asked', async () => {
    const code = await oauth.codeFor();
    const { status, body } = await oauth.exchange(code, {
      client_id: 'other',
      client_secret: 'other-secret',
    });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect((await oauth.exchange(code)).status).toBe(200);
  });
});

describe('clients', () => {
  const own = { grant_type: 'client_credentials' };

  it.each([
    ['a wrong secret', { client_id: 'app', client_secret: 'wrong' }, {}, 401],
    ['no secret', { client_id: 'app' }, {}, 401],
    ['nothing', {}, {}, 401],
    ['an unknown id', { client_id: 'nobody', client_secret: secret }, {}, 401],
    ['a wrong secret by Basic', {}, { authorization: basic('app', 'wrong') }, 401],
    ['Basic where only post is allowed', {}, { authorization: basic('post-only', secret) }, 401],
    ['post where only Basic is allowed', { client_id: 'basic-only', client_secret: secret }, {}, 401],
    ['a secret from a public client', { client_id: 'public', client_secret: 'x' }, {}, 401],
    ['two ways at once', { client_secret: secret }, { authorization: basic('app', secret) }, 400],
    ['two names', { client_id: 'other' }, { authorization: basic('app', secret) }, 401],
  ])('are refused with %s', async (_name, fields, headers, expected) => {
    const { status, body, headers: got } = await oauth.token({ ...own, ...fields }, headers);
    expect([status, body.error]).toEqual([expected, expected === 401 ? 'invalid_client' : 'invalid_request']);
    expect(got.has('www-authenticate')).toBe(expected === 401 && 'authorization' in headers);
  });

  it('get tokens for themselves, without a refresh token', async () => {
    const { status, body } = await oauth.token(
      { ...own, scope: 'read' },
      { authorization: basic('app', secret) },
    );
    expect([status, body['scope'], body.refresh_token]).toEqual([200, 'read', undefined]);
    expect(await oauth.works(body.access_token)).toBe(true);
    const beyond = await oauth.token({ ...own, client_id: 'app', client_secret: secret, scope: 'all' });
    expect(beyond.body.error).toBe('invalid_scope');
  });

  it('use only the grants they have', async () => {
    const narrow = await oauth.token({ ...own, client_id: 'narrow', client_secret: secret });
    expect([narrow.status, narrow.body.error]).toEqual([400, 'unauthorized_client']);
    const open = await oauth.token({ ...own, client_id: 'public' });
    expect([open.status, open.body.error]).toEqual([400, 'unauthorized_client']);
  });

  it('send bodies that can be read', async () => {
    const send = (type: string, body: string) =>
      oauth.call('/token', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await send('text/plain', 'grant_type=x')).body.error).toBe('invalid_request');
    expect((await send('application/json', '{')).body.error).toBe('invalid_request');
    const twice = 'grant_type=refresh_token&refresh_token=a&refresh_token=b';
    expect((await send('application/x-www-form-urlencoded', twice)).body.error).toBe('invalid_request');
  });

  it('may use grants that a provider adds', async () => {
    const other = await openOAuth({
      grants: {
        'urn:example:assertion': {
          client: false,
          handle: () => {
            throw Object.assign(new Error('nobody'), { reason: 'assertion_refused', shape: undefined });
          },
        },
      },
    });
    const { status, body } = await other.token({ grant_type: 'urn:example:assertion', assertion: 'x' });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    await other.stop();
  });
});
