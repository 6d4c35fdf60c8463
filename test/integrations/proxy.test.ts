import { request as openRequest } from 'node:http';
import { describe, expect, inject, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { type Caller, caller, company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type JiraSite,
} from '../support/standins.ts';
import { footprint } from './stored.ts';
import { basic, expectProblem, hashOf } from './told.ts';

const through = (id: string, path: string): string => `/integrations/${id}/proxy/${path}`;

const aConnectedSite = async () => {
  const admin = caller();
  const site = await aJiraSite({
    users: [{ displayName: 'Ada Lovelace', email: 'ada@acme.example' }],
    projects: [{ key: 'TEST' }],
    issues: [{ summary: 'Engine' }],
  });
  const { id } = await connectedJira(admin, site);
  /** The calls since. */
  const begun = (await site.calls()).length;
  return { admin, site, id, calls: async () => (await site.calls()).slice(begun) };
};

describe('the proxy', () => {
  it('passes a GET on with the stored credentials, and gives the provider’s own answer', async () => {
    const { admin, site, id, calls } = await aConnectedSite();

    const reply = await admin.get(through(id, 'rest/api/3/myself?expand=groups'));

    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ displayName: 'Site Admin', emailAddress: site.username });
    expect(reply.headers.get('x-answered-by')).toBe('provider');
    expect(await calls()).toEqual([
      expect.objectContaining({
        method: 'GET',
        host: site.host,
        path: '/rest/api/3/myself',
        query: '?expand=groups',
        authorization: hashOf(basic(site.username, site.apiToken)),
      }),
    ]);
    expect(reply.text).not.toContain(site.apiToken);
  });

  it('passes a POST on with its body', async () => {
    const { admin, id, calls } = await aConnectedSite();

    const reply = await admin.post(through(id, 'rest/api/3/search/jql'), {
      jql: 'project = TEST',
      fields: ['summary'],
    });

    expect(reply.status).toBe(200);
    expect(reply.body.issues.map((issue: { fields: object }) => issue.fields)).toEqual([
      { summary: 'Engine' },
    ]);
    expect((await calls()).map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/rest/api/3/search/jql'],
    ]);
  });

  it('reaches GitHub with the stored token', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(member, account, 'user');

    const reply = await member.get(through(id, 'user'));

    expect(reply.body.login).toBe(account.login);
    expect(reply.headers.get('x-answered-by')).toBe('provider');
    expect(await account.calls()).toHaveLength(2);
  });

  it.each([400, 403, 404, 409, 410, 422, 429, 500])(
    'passes the provider’s own %i through',
    async (status) => {
      const { admin, site, id } = await aConnectedSite();
      const body = { errorMessages: [`the provider says ${status}`] };
      const headers = { 'content-type': 'application/json', 'retry-after': '7' };
      await site.fault({ times: 3, act: { kind: 'answer', status, headers, body } });

      const reply = await admin.post(through(id, 'rest/api/3/anything'), {});

      expect(reply.status).toBe(status);
      expect(reply.body).toEqual(body);
      expect(reply.headers.get('x-answered-by')).toBe('provider');
      expect(reply.headers.get('retry-after')).toBe('7');
      expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('active');
    },
  );

  it('lets no page of the provider run as ours', async () => {
    const { admin, site, id } = await aConnectedSite();
    const headers = { 'content-type': 'text/html', 'content-security-policy': "script-src 'unsafe-inline'" };
    await site.fault({
      times: 1,
      act: { kind: 'answer', status: 200, headers, body: '<script>alert(1)</script>' },
    });

    const reply = await admin.get(through(id, 'page'));

    expect(reply.text).toBe('<script>alert(1)</script>');
    expect(reply.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(reply.headers.get('cache-control')).toBe('no-store');
  });
});

/** Sends a path as it is written: `fetch` would tidy it up. */
const sendRaw = async (who: Caller, path: string): Promise<number> => {
  const { hostname, port } = new URL(inject('cloud').url);
  const authorization = `Bearer ${await who.token()}`;
  return new Promise((resolve, reject) => {
    const request = openRequest(
      { hostname, port, path: `/api/v1${path}`, headers: { authorization } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    request.once('error', reject);
    request.end();
  });
};

describe('a path through the proxy', () => {
  it.each([
    ['climbing', 'rest/../../../../secret'],
    ['climbing from the start', '../../../../secret'],
    ['encoded climbing', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret'],
    ['climbing behind an encoded slash', 'rest/..%2f..%2fsecret'],
    ['encoded climbing behind an encoded slash', 'rest/%2e%2e%2f%2e%2e%2fsecret'],
    ['climbing behind a backslash', 'rest/..%5c..%5csecret'],
    ['a dot behind an encoded slash', 'rest/.%2fapi'],
    ['no segment', ''],
    ['an empty first segment', '/rest/api'],
    ['another host', '/jira.example.com/rest'],
    ['an empty segment', 'rest//api'],
    ['an empty last segment', 'rest/api/'],
    ['an encoded empty segment', 'rest%2f%2fapi'],
    ['a NUL', 'rest/a%00b'],
    ['a line break', 'rest/a%0d%0aX-Header:%201'],
    ['a tab', 'rest/a%09b'],
    ['a delete character', 'rest/a%7fb'],
    ['a control character of the second kind', 'rest/a%c2%85b'],
  ])('with %s is refused, and nobody is asked', async (_, path) => {
    const { admin, id, calls } = await aConnectedSite();

    const status = await sendRaw(admin, through(id, path));

    expect([400, 404]).toContain(status);
    expect(await calls()).toEqual([]);
  });

  it('is refused as a problem that names it', async () => {
    const { admin, id } = await aConnectedSite();

    const reply = await admin.get(through(id, 'rest/..%2f..%2fsecret'));

    expectProblem(reply, 400, 'invalid_request', 'path');
    expect(reply.headers.get('x-answered-by')).toBeNull();
  });

  it.each([
    ['rest/a%20b%3Fc%23d', '/rest/a%20b%3Fc%23d'],
    ['rest/%252e%252e/x', '/rest/%252e%252e/x'],
    ['rest/ü', '/rest/%C3%BC'],
    ['rest/a...b', '/rest/a...b'],
    ['rest/jira.example.com', '/rest/jira.example.com'],
  ])('%s arrives as %s', async (path, arrives) => {
    const { admin, id, calls } = await aConnectedSite();

    await admin.get(through(id, path));

    expect((await calls()).map((call) => call.path)).toEqual([arrives]);
  });
});

describe('the proxy’s limits', () => {
  const megabytes4 = 4 * 1024 * 1024;
  const answering = (size: number): Fault['act'] => ({
    kind: 'answer',
    status: 200,
    body: 'a'.repeat(size),
  });

  it('are 4 MB in: more is 413, and nobody is asked', async () => {
    const { admin, site, id, calls } = await aConnectedSite();
    await site.fault({ times: 1, act: answering(2) });
    const upload = (size: number) =>
      admin.call('POST', through(id, 'rest/upload'), undefined, { raw: Buffer.alloc(size, 'a') });

    const tooMuch = await upload(megabytes4 + 1);
    const callsThen = await calls();
    const all = await upload(megabytes4);

    expectProblem(tooMuch, 413, 'payload_too_large');
    expect(callsThen).toEqual([]);
    expect({ status: all.status, text: all.text }).toEqual({ status: 200, text: 'aa' });
  });

  it.each([
    ['a little', megabytes4 + 1],
    ['much', 9_000_000],
  ])('are 4 MB out: %s more is 413', async (_, size) => {
    const { admin, site, id } = await aConnectedSite();
    await site.fault({ times: 1, act: answering(size) });

    const reply = await admin.get(through(id, 'rest/download'));

    expectProblem(reply, 413, 'payload_too_large');
  });

  it('let 4 MB out pass whole', async () => {
    const { admin, site, id } = await aConnectedSite();
    await site.fault({ times: 1, act: answering(megabytes4) });

    const reply = await admin.get(through(id, 'rest/download'));

    expect({ status: reply.status, size: reply.text.length }).toEqual({ status: 200, size: megabytes4 });
  });
});

describe('whoever is not the holder', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('cannot %s through the proxy', async (method) => {
    const { admin, member, other, stranger } = company();
    const site = await aJiraSite();
    const account = await aGithubAccount();
    const shared = await connectedJira(admin, site);
    const personal = await connectedGithub(member, account, 'user');
    const before = [await site.calls(), await account.calls()];
    const send = (who: Caller, id: string, path: string) =>
      who.call(method, through(id, path), method === 'GET' ? undefined : {});

    const asMember = await send(member, shared.id, 'rest/api/3/myself');
    const foreign = [
      await send(stranger, shared.id, 'rest/api/3/myself'),
      await send(admin, personal.id, 'user'),
      await send(other, personal.id, 'user'),
      await send(admin, 'int_o_AAAAAAAAAAAAAAAAAAAAAA', 'user'),
    ];

    expectProblem(asMember, 403, 'forbidden');
    for (const reply of foreign) expectProblem(reply, 404, 'not_found');
    expect([await site.calls(), await account.calls()]).toEqual(before);
  });
});

describe('a provider that fails behind the proxy', () => {
  it('with 401 makes the integration needs_reauth, and is not asked again', async () => {
    const { admin, site, id, calls } = await aConnectedSite();
    await site.control('DELETE', `/tokens/${site.apiToken}`);

    const first = await admin.get(through(id, 'rest/api/3/myself'));
    const second = await admin.get(through(id, 'rest/api/3/myself'));

    for (const reply of [first, second]) {
      expectProblem(reply, 409, 'needs_reauth');
      expect(reply.headers.get('x-answered-by')).toBeNull();
    }
    expect(await calls()).toHaveLength(1);
    expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('needs_reauth');
  });

  it('by serving rejected credentials as nobody makes it needs_reauth too', async () => {
    const { admin, site, id } = await aConnectedSite();
    await site.control('PATCH', '', { badCredentials: 'anonymous' });
    await site.control('DELETE', `/tokens/${site.apiToken}`);

    const reply = await admin.get(through(id, 'rest/api/3/user/search?query=ada'));

    expectProblem(reply, 409, 'needs_reauth');
  });

  it('with GitHub’s 401 does the same', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await control('github', 'POST', 'tokens/revoke', { token: account.token });

    const reply = await admin.post(through(id, 'repos/a/b/issues'), { title: 'x' });

    expectProblem(reply, 409, 'needs_reauth');
    expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('needs_reauth');
  });

  it('by redirecting elsewhere is provider_error, and the other host hears nothing', async () => {
    const { admin, site, id } = await aConnectedSite();
    const other: JiraSite = await aJiraSite();
    const location = `${other.baseUrl}/rest/api/3/myself`;
    await site.fault({ times: 2, act: { kind: 'answer', status: 302, headers: { location } } });

    const replies = [
      await admin.get(through(id, 'rest/api/3/myself')),
      await admin.post(through(id, 'rest/api/3/search/jql'), {}),
    ];

    for (const reply of replies) expectProblem(reply, 502, 'provider_error');
    expect(await other.calls()).toEqual([]);
  });

  it('by cutting the connection is provider_unreachable, and a write is not sent twice', async () => {
    const { admin, site, id, calls } = await aConnectedSite();
    await site.fault({ times: 3, act: { kind: 'reset' } });

    const reply = await admin.post(through(id, 'rest/api/3/issue'), { fields: {} });

    expectProblem(reply, 503, 'provider_unreachable');
    expect(await calls()).toHaveLength(1);
  });

  it('writes nothing of ours', async () => {
    const { admin, site, id } = await aConnectedSite();
    const before = await footprint(admin);
    await site.fault({ times: 1, act: { kind: 'answer', status: 422, body: {} } });

    await admin.put(through(id, 'rest/api/3/anything'), { a: 1 });
    await admin.get(through(id, 'rest/api/3/myself'));

    expect(await footprint(admin)).toEqual(before);
  });
});
