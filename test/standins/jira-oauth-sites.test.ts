import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basic as byToken } from './jira-caller.ts';
import {
  type JiraOAuth,
  minutes,
  mismatch,
  openJiraOAuth,
  redirect,
  request,
  unauthorized,
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

describe('accessible resources', () => {
  it('are the sites of the person, with the scopes for each', async () => {
    const { access_token: token } = await at.connect('ada@acme.example');
    expect(await at.resources(token)).toEqual([
      {
        id: await at.cloudIdOf('acme.atlassian.net'),
        url: 'https://acme.atlassian.net',
        name: 'acme',
        scopes: ['read:jira-user', 'read:jira-work'],
        avatarUrl: expect.any(String),
      },
    ]);
  });

  it('are two for one who is on two sites, or those that were chosen', async () => {
    const { access_token: both } = await at.connect('linus@acme.example');
    expect((await at.resources(both)).map(({ name }) => name)).toEqual(['acme', 'acme-labs']);
    await at.oauth.control('POST', 'grants/revoke', { account: 'linus@acme.example' });
    const { access_token: one } = await at.connect('linus@acme.example', {
      standin_resources: 'acme-labs.atlassian.net',
    });
    expect((await at.resources(one)).map(({ name }) => name)).toEqual(['acme-labs']);
  });

  it('grow with the grant, for tokens given before too, whose scopes there are those agreed last', async () => {
    const labs = { standin_resources: 'acme-labs.atlassian.net' };
    const { access_token: token } = await at.connect('linus@acme.example', labs);
    await at.connect('linus@acme.example', {
      standin_resources: 'acme.atlassian.net',
      scope: 'read:jira-user',
    });
    expect((await at.resources(token)).map(({ name, scopes }) => [name, scopes])).toEqual([
      ['acme', ['read:jira-user']],
      ['acme-labs', ['read:jira-user', 'read:jira-work']],
    ]);
    expect((await at.myself(token)).status).toBe(200);
  });

  it('are fixed for apps whose grants are for chosen sites', async () => {
    const details = { grant: 'resource' };
    await at.oauth.control('POST', 'clients', {
      id: 'site-app',
      secret: 'site-app-secret',
      redirectUris: [redirect],
      details,
    });
    const site = async (standin_resources: string): Promise<string> => {
      const query = {
        ...request,
        client_id: 'site-app',
        standin_user: 'linus@acme.example',
        standin_resources,
      };
      const { code = '' } = await at.oauth.sentBack(query);
      const app = { client_id: 'site-app', client_secret: 'site-app-secret' };
      return (await at.exchange(code, app)).body.access_token ?? '';
    };
    const first = await site('acme-labs.atlassian.net');
    const second = await site('acme.atlassian.net');
    expect((await at.resources(first)).map(({ name }) => name)).toEqual(['acme-labs']);
    expect((await at.resources(second)).map(({ name }) => name)).toEqual(['acme']);
    expect((await at.myself(first)).status).toBe(403);
  });

  it('are none where only the identity was asked for', async () => {
    const { access_token: token } = await at.connect('ada@acme.example', { scope: 'read:me' });
    expect(await at.resources(token)).toEqual([]);
    expect((await at.myself(token)).status).toBe(403);
  });

  it('need a token that works', async () => {
    const { access_token: token } = await at.connect('ada@acme.example');
    for (const path of ['/oauth/token/accessible-resources', '/me', '/ex/jira/x/rest/api/3/myself']) {
      const { status, body } = await at.gateway(path, 'unknown');
      expect([status, body]).toEqual([401, unauthorized]);
    }
    minutes(61);
    expect((await at.gateway('/oauth/token/accessible-resources', token)).body).toEqual(unauthorized);
    expect((await at.myself(token)).body).toEqual(unauthorized);
  });
});

describe('the API', () => {
  it('serves the operations of a site at the gateway, with its own addresses', async () => {
    const { access_token: token } = await at.connect('ada@acme.example');
    const acme = await at.cloudIdOf('acme.atlassian.net');
    const base = `/ex/jira/${acme}/rest/api/3`;
    const { status, body, headers } = await at.gateway(`${base}/myself`, token);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accountId: '5f0c1ada0a7e2b0014c0ada1',
      self: `https://api.atlassian.com${base}/user?accountId=5f0c1ada0a7e2b0014c0ada1`,
    });
    expect(headers.get('x-aaccountid')).toBe('5f0c1ada0a7e2b0014c0ada1');
    const found = await at.gateway(`${base}/search/jql?jql=project%20%3D%20WEB&maxResults=1`, token);
    expect(found.status).toBe(200);
  });

  it.each([
    ['read:jira-work', '/myself', 'GET'],
    ['read:jira-work', '/user/search?query=ada', 'GET'],
    ['read:jira-user', '/search/jql?jql=project%20%3D%20WEB', 'GET'],
    ['read:jira-user', '/project/search', 'GET'],
    ['read:jira-user', '/issue/WEB-1', 'GET'],
    ['read:jira-user read:jira-work', '/issue', 'POST'],
    ['read:jira-user read:jira-work', '/issue/WEB-1', 'PUT'],
  ])('of a token with %s refuses %s by %s', async (scope, path, method) => {
    const { access_token: token } = await at.connect('ada@acme.example', { scope });
    const acme = await at.cloudIdOf('acme.atlassian.net');
    const body = method === 'GET' ? undefined : {};
    const reply = await at.gateway(`/ex/jira/${acme}/rest/api/3${path}`, token, method, body);
    expect([reply.status, reply.body]).toEqual([401, mismatch]);
    const { access_token: full } = await at.connect('ada@acme.example', {
      scope: 'read:jira-user read:jira-work write:jira-work',
    });
    const allowed = await at.gateway(`/ex/jira/${acme}/rest/api/3${path}`, full, method, body);
    expect(allowed.status).not.toBe(401);
  });

  it('does not take a token on the host of the site', async () => {
    const { access_token: token } = await at.connect('ada@acme.example');
    const onSite = (value: string) =>
      at.jira.get('/rest/api/3/myself', { as: null, headers: { authorization: `Bearer ${value}` } });
    expect((await onSite(token)).status).toBe(401);
    expect((await onSite('some.other.bearer')).status).toBe(403);
  });

  it('does not take an API token at the gateway, nor a site that is not reached', async () => {
    const acme = await at.cloudIdOf('acme.atlassian.net');
    const authorization = byToken(['admin@acme.example', 'jira-demo-token']);
    const { status } = await at.jira.get(`/ex/jira/${acme}/rest/api/3/myself`, {
      host: 'api.atlassian.com',
      as: null,
      headers: { authorization },
    });
    expect(status).toBe(401);
    const { access_token: token } = await at.connect('ada@acme.example');
    expect((await at.myself(token, 'acme-labs.atlassian.net')).body).toEqual({
      code: 403,
      message: 'The app is not installed on this instance',
    });
    expect((await at.gateway('/ex/jira/no-such-id/rest/api/3/myself', token)).status).toBe(404);
  });

  it('ends when the person removes the app', async () => {
    const { access_token: token, refresh_token: value } = await at.connect('ada@acme.example');
    await at.oauth.control('POST', 'grants/revoke', {
      client: 'acme-demo-jira',
      account: 'ada@acme.example',
    });
    expect((await at.myself(token)).status).toBe(401);
    expect((await at.refresh(value)).status).toBe(403);
  });

  it('tells whose token it is', async () => {
    const { access_token: token } = await at.connect('ada@acme.example');
    const { body } = await at.gateway('/me', token);
    expect(body).toMatchObject({
      account_id: '5f0c1ada0a7e2b0014c0ada1',
      email: 'ada@acme.example',
      name: 'Ada Lovelace',
      account_status: 'active',
    });
    const { access_token: without } = await at.connect('ada@acme.example', { scope: 'read:jira-user' });
    expect((await at.gateway('/me', without)).status).toBe(401);
  });
});
