import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { app, days, type GithubOAuth, githubApp, json, openGithubOAuth } from './github-oauth-caller.ts';
import { basic } from './oauth-standin.ts';

let at: GithubOAuth;
beforeAll(async () => {
  at = await openGithubOAuth();
});
afterAll(() => at.github.stop());
beforeEach(() => at.forget());
afterEach(() => {
  delete process.env['CLOCK_OFFSET_MS'];
});

describe('tokens of an OAuth app', () => {
  it('serve the API, with their scopes in a header, and do not expire', async () => {
    const { access_token: token } = await at.connect();
    days(300);
    const { status, body, headers } = await at.user(token);
    expect([status, body.login]).toEqual([200, 'ada-acme']);
    expect(headers.get('x-oauth-scopes')).toBe('repo, read:org');
    expect(headers.has('github-authentication-token-expiration')).toBe(false);
    expect((await at.github.get('/repos/acme-corp/web-shop', { token })).status).toBe(200);
  });

  it('reach what their scopes allow', async () => {
    const { access_token: token } = await at.connect({ scope: 'user:email' });
    expect((await at.github.get('/repos/acme-corp/web-shop', { token })).status).toBe(404);
    expect((await at.github.get('/user/emails', { token })).status).toBe(200);
    const { access_token: less } = await at.connect({ scope: 'repo user:email', standin_scopes: 'repo' });
    expect((await at.github.get('/user/emails', { token: less })).status).toBe(404);
  });

  it('without a scope get all that was granted before, else what was asked for', async () => {
    expect((await at.connect({ scope: '' }))['scope']).toBe('');
    await at.connect({ scope: 'user:email' });
    expect((await at.connect({ scope: 'repo,gist' }))['scope']).toBe('repo,gist');
    expect((await at.connect({ scope: 'user:email' }))['scope']).toBe('user:email');
    expect((await at.connect({ scope: '' }))['scope']).toBe('user:email,repo,gist');
  });

  it('have no scope that another one holds', async () => {
    expect((await at.connect({ scope: 'user gist user:email' }))['scope']).toBe('user,gist');
  });

  it('are at most ten for the same scopes', async () => {
    const { access_token: first } = await at.connect();
    const { access_token: other } = await at.connect({ scope: 'gist' });
    for (let count = 0; count < 9; count += 1) await at.connect();
    expect(await at.works(first)).toBe(true);
    await at.connect();
    expect([await at.works(first), await at.works(other)]).toEqual([false, true]);
  });

  it('expire by policy, in the middle of use too', async () => {
    const { access_token: token } = await at.connect();
    await at.oauth.control('POST', 'expire', { token });
    const { status, body } = await at.github.get('/user', { token });
    expect([status, body.message]).toEqual([401, 'Bad credentials']);
  });
});

describe('tokens of a GitHub App', () => {
  it('expire in eight hours, with a refresh token for six months', async () => {
    const tokens = await at.connectApp();
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^ghu_/),
      token_type: 'bearer',
      expires_in: 28_800,
      refresh_token: expect.stringMatching(/^ghr_\w{76}$/),
      refresh_token_expires_in: 15_897_600,
      scope: '',
    });
    const { headers } = await at.user(tokens.access_token);
    expect(headers.get('x-oauth-scopes')).toBeNull();
    expect(headers.get('github-authentication-token-expiration')).toMatch(/ UTC$/);
    days(8 / 24);
    expect(await at.works(tokens.access_token)).toBe(false);
    days(183);
    expect((await at.refresh(tokens.refresh_token)).body.access_token).toBeTruthy();
  });

  it('have the permissions of the installation', async () => {
    const { access_token: token } = await at.connectApp();
    expect((await at.github.get('/repos/acme-corp/web-shop/issues', { token })).status).toBe(200);
    expect((await at.github.get('/user/emails', { token })).status).toBe(403);
  });

  const dead = {
    error: 'bad_refresh_token',
    error_description: 'The refresh token passed is incorrect or expired.',
  };

  it('rotate without grace, and the old access token ends at once', async () => {
    const first = await at.connectApp();
    const { body: second } = await at.refresh(first.refresh_token);
    expect([await at.works(first.access_token), await at.works(second.access_token ?? '')]).toEqual([
      false,
      true,
    ]);
    const { status, body } = await at.refresh(first.refresh_token);
    expect([status, body]).toEqual([200, dead]);
    expect(await at.works(second.access_token ?? '')).toBe(true);
    expect((await at.refresh(second.refresh_token ?? '')).body.access_token).toBeTruthy();
  });

  it('are dead after six months, or with the wrong app', async () => {
    const { refresh_token: value } = await at.connectApp();
    const wrong = await at.oauth.token({ ...app, grant_type: 'refresh_token', refresh_token: value }, json);
    expect(wrong.body).toEqual(dead);
    days(185);
    expect((await at.refresh(value)).body).toEqual(dead);
    expect((await at.refresh('ghr_unknown')).body).toEqual(dead);
  });
});

describe('giving tokens back', () => {
  const remove = (what: 'token' | 'grant', token: string | undefined, from = app, id = from.client_id) =>
    at.github.call('DELETE', `/applications/${id}/${what}`, {
      token: null,
      headers: { authorization: basic(from.client_id, from.client_secret) },
      body: { access_token: token },
    });

  it('ends one token', async () => {
    const [one, other] = [await at.connect(), await at.connect()];
    const { status, body } = await remove('token', one.access_token);
    expect([status, body]).toEqual([204, null]);
    expect([await at.works(one.access_token), await at.works(other.access_token)]).toEqual([false, true]);
    expect((await remove('token', one.access_token)).status).toBe(404);
  });

  it('or all of the person and the app, and what was granted', async () => {
    const [one, other] = [await at.connect(), await at.connect({ scope: 'gist' })];
    const elsewhere = await at.connectApp();
    expect((await remove('grant', one.access_token)).status).toBe(204);
    expect([
      await at.works(one.access_token),
      await at.works(other.access_token),
      await at.works(elsewhere.access_token),
    ]).toEqual([false, false, true]);
    expect((await at.connect({ scope: '' }))['scope']).toBe('');
  });

  it('is for the app itself', async () => {
    const { access_token: token } = await at.connect();
    expect((await remove('token', token, { ...app, client_secret: 'wrong' })).status).toBe(401);
    expect((await remove('token', token, githubApp)).status).toBe(404);
    expect((await remove('token', token, app, githubApp.client_id)).status).toBe(404);
    expect((await remove('grant', undefined)).status).toBe(422);
    const bearer = await at.github.call('DELETE', `/applications/${app.client_id}/token`, {
      token,
      body: { access_token: token },
    });
    expect(bearer.status).toBe(401);
    expect(await at.works(token)).toBe(true);
  });

  it('as the person would do it', async () => {
    const { access_token: token } = await at.connect();
    await at.oauth.control('POST', 'grants/revoke', { client: app.client_id, account: 'ada-acme' });
    expect((await at.user(token)).status).toBe(401);
  });
});
