import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  credentials,
  dead,
  type JiraOAuth,
  minutes,
  openJiraOAuth,
  redirect,
  request,
} from './jira-oauth-caller.ts';

let at: JiraOAuth;
beforeAll(async () => {
  at = await openJiraOAuth();
});
afterAll(() => at.jira.stop());
beforeEach(() => at.forget());
afterEach(() => {
  delete process.env['CLOCK_OFFSET_MS'];
});

describe('consent', () => {
  it('gives tokens by JSON as documented', async () => {
    const back = await at.oauth.sentBack({ ...request, standin_user: 'ada@acme.example' });
    expect(back).toEqual({ code: expect.any(String), state: 'user-bound' });
    const { status, body } = await at.oauth.call('/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'authorization_code',
        ...credentials,
        code: back['code'],
        redirect_uri: redirect,
      }),
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: request.scope,
    });
    expect(body.access_token?.length).toBeGreaterThan(1000);
  });

  it('gives a refresh token only for offline_access', async () => {
    const tokens = await at.connect('ada@acme.example', { scope: 'read:jira-user' });
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  it.each([
    ['audience', { audience: '' }],
    ['the right audience', { audience: 'other.example' }],
    ['prompt', { prompt: '' }],
    ['scope', { scope: '' }],
    ['a known scope', { scope: 'read:everything' }],
    ['redirect_uri', { redirect_uri: '' }],
    ['its own redirect_uri', { redirect_uri: 'http://127.0.0.1:4000/api/v1/oauth/callback/github' }],
    ['a loopback redirect_uri', { redirect_uri: 'http://evil.example/api/v1/oauth/callback/jira' }],
    ['a registered client', { client_id: 'unknown' }],
  ])('needs %s', async (_name, query) => {
    const reply = await at.oauth.authorize({ ...request, standin_user: 'ada@acme.example', ...query });
    expect(reply.headers.get('location')).toBeNull();
    expect(reply.status).toBeGreaterThanOrEqual(400);
  });

  it('may be refused', async () => {
    expect(await at.oauth.sentBack({ ...request, standin_deny: '1' })).toEqual({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 'user-bound',
    });
  });

  it('is open to people with an active account, on a page too', async () => {
    const { text } = await at.oauth.authorize(request);
    expect(text).toContain('Ada Lovelace (ada@acme.example)');
    expect(text).toContain('acme-labs.atlassian.net');
    expect(text).not.toContain('Sam Former');
    expect(text).not.toContain('Carla Customer');
  });
});

describe('the token endpoint', () => {
  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'access_denied'],
    ['an unknown client', { client_id: 'unknown' }, 401, 'access_denied'],
    ['an unknown code', { code: 'unknown' }, 403, 'invalid_grant'],
    [
      'another address',
      { redirect_uri: 'http://127.0.0.1:1/api/v1/oauth/callback/jira' },
      403,
      'invalid_grant',
    ],
    ['no code', { code: '' }, 403, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 403, 'unsupported_grant_type'],
  ])('refuses %s', async (_name, fields, status, error) => {
    const { code = '' } = await at.oauth.sentBack({ ...request, standin_user: 'ada@acme.example' });
    const answer = await at.exchange(code, fields);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it('takes no notice of PKCE', async () => {
    const { code = '' } = await at.oauth.sentBack({
      ...request,
      standin_user: 'ada@acme.example',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    expect((await at.exchange(code)).status).toBe(200);
  });

  it('rotates with ten minutes of grace for the last token', async () => {
    const first = await at.connect('ada@acme.example');
    const { body: lost } = await at.refresh(first.refresh_token);
    minutes(9);
    const { body: again } = await at.refresh(first.refresh_token);
    expect(again.refresh_token).not.toBe(lost.refresh_token);
    expect((await at.myself(again.access_token ?? '')).status).toBe(200);
    expect((await at.myself(first.access_token)).status).toBe(200);
    minutes(11);
    const late = await at.refresh(first.refresh_token);
    expect([late.status, late.body]).toEqual([403, dead]);
    expect((await at.refresh(again.refresh_token ?? '')).body).toEqual(dead);
  });

  it('ends everything when the token before the last comes back, even in grace', async () => {
    const first = await at.connect('ada@acme.example');
    const { body: second } = await at.refresh(first.refresh_token);
    const { body: third } = await at.refresh(second.refresh_token ?? '');
    expect((await at.refresh(first.refresh_token)).body).toEqual(dead);
    expect((await at.refresh(third.refresh_token ?? '')).body).toEqual(dead);
  });

  it('forgets a refresh token after 90 days without use', async () => {
    const { refresh_token: idle } = await at.connect('ada@acme.example');
    minutes(89 * 24 * 60);
    const { body } = await at.refresh(idle);
    minutes((89 + 91) * 24 * 60);
    const { status, body: refused } = await at.refresh(body.refresh_token ?? '');
    expect([status, refused]).toEqual([403, dead]);
  });

  it('tells of a dead refresh token in the other words it is said to use, if asked to', async () => {
    const deadRefresh = {
      status: 403,
      error: 'unauthorized_client',
      description: 'refresh_token is invalid',
    };
    await at.oauth.control('POST', 'policy', { policy: { deadRefresh } });
    const { status, body } = await at.refresh('unknown');
    expect([status, body]).toEqual([
      403,
      { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
    ]);
  });

  it('refuses people who were deactivated', async () => {
    const { refresh_token: value, access_token: access } = await at.connect('grace@acme.example');
    const path = '/sites/acme.atlassian.net/users/5f0c1ada0a7e2b0014c0face';
    await at.jira.control('PATCH', path, { active: false });
    expect((await at.refresh(value)).body).toEqual(dead);
    expect(await at.resources(access)).toEqual([]);
    await at.jira.control('PATCH', path, { active: true });
    expect((await at.refresh(value)).status).toBe(200);
  });
});

describe('a state file', () => {
  it('of before there was OAuth is good', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jira-'));
    const file = join(folder, 'jira.json');
    await writeFile(file, JSON.stringify({ sites: {} }));
    const old = await openJiraOAuth(file);
    const { status, body } = await old.refresh('unknown');
    expect([status, body]).toEqual([403, dead]);
    await old.jira.stop();
    expect(await readFile(file, 'utf8')).toContain('acme-demo-jira');
    await rm(folder, { recursive: true });
  });
});
