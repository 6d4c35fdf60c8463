import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  app,
  type GithubOAuth,
  json,
  openGithubOAuth,
  redirect,
  s256,
  verifier,
} from './github-oauth-caller.ts';

let at: GithubOAuth;
beforeAll(async () => {
  at = await openGithubOAuth();
});
afterAll(() => at.github.stop());
beforeEach(() => at.forget());
afterEach(() => {
  delete process.env['CLOCK_OFFSET_MS'];
});

describe('authorization', () => {
  it('needs no response_type, and sends the issuer', async () => {
    const back = await at.oauth.sentBack({
      client_id: app.client_id,
      redirect_uri: redirect,
      state: 's',
      standin_user: 'ada@acme.example',
    });
    const iss = 'https://github.com/login/oauth';
    expect(back).toEqual({ code: expect.stringMatching(/^[0-9a-f]{20}$/), state: 's', iss });
  });

  it('leads to the registered address with its mistakes', async () => {
    await at.oauth.control('POST', 'clients', {
      id: 'fixed',
      secret: 'x',
      redirectUris: ['https://app.example/callback'],
    });
    const back = await at.oauth.authorize({
      client_id: 'fixed',
      redirect_uri: 'https://app.example/callback/../evil',
      state: 's',
    });
    const location = new URL(back.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe('https://app.example/callback');
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: 'redirect_uri_mismatch',
      error_description: 'The redirect_uri MUST match the registered callback URL for this application.',
      error_uri: expect.stringContaining('#redirect-uri-mismatch'),
      state: 's',
    });
  });

  it('may be refused, and knows its scopes and clients', async () => {
    const request = { client_id: app.client_id, redirect_uri: redirect };
    expect(await at.oauth.sentBack({ ...request, standin_deny: '1' })).toMatchObject({
      error: 'access_denied',
      error_description: 'The user has denied your application access.',
    });
    const scope = await at.oauth.sentBack({ ...request, scope: 'repo all', standin_user: 'ada-acme' });
    expect(scope['error']).toBe('invalid_scope');
    const plain = { ...s256, code_challenge_method: 'plain', standin_user: 'ada-acme' };
    expect((await at.oauth.sentBack({ ...request, ...plain }))['error']).toBe('invalid_request');
    expect((await at.oauth.authorize({ ...request, client_id: 'unknown' })).status).toBe(404);
  });
});

describe('the token endpoint', () => {
  it('answers with a form, or with JSON when asked', async () => {
    const fields = { ...app, redirect_uri: redirect };
    const form = await at.oauth.token({ ...fields, code: await at.codeFor() });
    expect(form.headers.get('content-type')).toContain('application/x-www-form-urlencoded');
    expect(form.text).toMatch(/^access_token=gho_\w{36}&token_type=bearer&scope=repo%2Cread%3Aorg$/);
    const { status, body } = await at.exchange(await at.codeFor());
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^gho_\w{36}$/),
      token_type: 'bearer',
      scope: 'repo,read:org',
    });
  });

  it('reads parameters of the query, a form or JSON', async () => {
    const query = new URLSearchParams({
      ...app,
      code: await at.codeFor(),
      redirect_uri: redirect,
    }).toString();
    const byQuery = await at.oauth.call(`/login/oauth/access_token?${query}`, {
      method: 'POST',
      headers: json,
    });
    expect(byQuery.body.access_token).toMatch(/^gho_/);
    const byJson = await at.oauth.call('/login/oauth/access_token', {
      method: 'POST',
      headers: { ...json, 'content-type': 'application/json' },
      body: JSON.stringify({ ...app, code: await at.codeFor(), redirect_uri: redirect }),
    });
    expect(byJson.body.access_token).toMatch(/^gho_/);
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 'incorrect_client_credentials'],
    ['an unknown client', { client_id: 'unknown' }, 'incorrect_client_credentials'],
    ['an unknown code', { code: 'unknown' }, 'bad_verification_code'],
    ['no code', { code: '' }, 'bad_verification_code'],
    ['another address', { redirect_uri: 'http://localhost:1/' }, 'redirect_uri_mismatch'],
    ['a verifier without a challenge', { code_verifier: verifier }, 'bad_verification_code'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('tells of %s with status 200', async (_name, fields, error) => {
    const { status, body } = await at.exchange(await at.codeFor(), fields);
    expect([status, body.error]).toEqual([200, error]);
    expect(body).not.toHaveProperty('access_token');
    const form = await at.oauth.token({ ...app, code: 'unknown' });
    expect(form.text).toMatch(/^error=bad_verification_code&error_description=/);
  });

  it('takes the verifier that fits', async () => {
    expect(
      (await at.exchange(await at.codeFor(s256), { code_verifier: verifier })).body.access_token,
    ).toBeTruthy();
    for (const code_verifier of ['', 'w'.repeat(64)]) {
      const { body } = await at.exchange(await at.codeFor(s256), { code_verifier });
      expect(body.error).toBe('bad_verification_code');
    }
  });

  it('takes a code once, for ten minutes', async () => {
    const [used, old] = [await at.codeFor(), await at.codeFor()];
    const { body } = await at.exchange(used);
    expect((await at.exchange(used)).body.error).toBe('bad_verification_code');
    expect(await at.works(body.access_token ?? '')).toBe(false);
    process.env['CLOCK_OFFSET_MS'] = '600000';
    expect((await at.exchange(old)).body.error).toBe('bad_verification_code');
  });
});
