import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { plantedSecret, secretsIn } from '../support/secrets.ts';
import { expectProblem } from './told.ts';

/** A provider that shows what reached it, byte for byte, which the bundled stand-ins do not. */
type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
const seen: Seen[] = [];

/** What a provider may say that no caller of ours should hear, and what they should. */
const said = {
  'set-cookie': 'session=provider; Path=/',
  authorization: 'Bearer of-the-provider',
  'www-authenticate': 'Basic realm="provider"',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'strict-transport-security': 'max-age=1',
  location: 'https://elsewhere.example/',
  'x-ratelimit-remaining': '7',
  'x-internal': 'secret',
  'content-type': 'application/vnd.provider+json',
  'content-language': 'en',
  etag: '"provider"',
  'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
  link: '<https://api.github.com/next>; rel="next"',
};

const answer = (url: string): [number, Record<string, string>, string] =>
  url === '/user'
    ? [200, { 'content-type': 'application/json' }, JSON.stringify({ id: 7, login: 'echo', type: 'User' })]
    : [201, said, '{"from":"the provider"}'];

let provider: Server;
let cloud: Cloud;

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

beforeAll(async () => {
  provider = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method = '', url = '', headers } = message;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const [status, sent, body] = answer(url);
      response.writeHead(status, sent).end(body);
    });
  });
  const nobody = createServer();
  const deaf = await listening(nobody);
  await closed(nobody);
  const origin = await listening(provider);
  cloud = await startCloud(['--fresh', '--provider', `github=${origin}`, '--provider', `jira=${deaf}`]);
});

afterAll(async () => {
  await cloud.stop();
  await closed(provider);
  const found = secretsIn(cloud.data);
  removeData(cloud);
  if (found.length > 0) throw new Error(`Secrets were stored or logged in clear:\n${found.join('\n')}`);
});

const connectedEcho = async () => {
  const admin = caller({}, cloud.url);
  const token = plantedSecret('echo');
  const { body } = await admin.post('/integrations/connect', {
    provider: 'github',
    scope: 'organization',
    auth: 'api_token',
    credentials: { token },
  });
  seen.length = 0;
  return { admin, token, path: `/integrations/${body.integration.id}/proxy` };
};

describe('what travels through the proxy to the provider', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s keeps its path, query and body', async (method) => {
    const { admin, path } = await connectedEcho();
    const body = method === 'GET' ? {} : { raw: '{"a": [1,  2], "ü": "\\u0000"}' };

    const reply = await admin.call(method, `${path}/repos/acme/x?per_page=2&q=a%2Fb+c`, undefined, body);

    expect(reply.status).toBe(201);
    expect(seen).toEqual([
      {
        method,
        url: '/repos/acme/x?per_page=2&q=a%2Fb+c',
        headers: expect.objectContaining({ 'x-forwarded-host': 'api.github.com' }),
        body: body.raw ?? '',
      },
    ]);
  });

  it('are the stored credentials, and nothing that tells who called', async () => {
    const { admin, token, path } = await connectedEcho();
    const jwt = await admin.token();

    await admin.get(`${path}/repos`, {
      headers: {
        cookie: 'session=ours',
        'proxy-authorization': 'Basic b3Vycw==',
        'x-api-key': 'ours',
        'x-forwarded-for': '203.0.113.9',
        'x-manageros-assertion': 'ours',
        'x-amz-security-token': 'ours',
        referer: 'https://app.example.com/ours',
        origin: 'https://app.example.com',
        accept: 'application/vnd.github.raw+json',
        'accept-language': 'de',
        'if-none-match': '"known"',
        prefer: 'return=minimal',
      },
    });

    const headers = seen[0]?.headers ?? {};
    expect(headers).toMatchObject({
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github.raw+json',
      'accept-language': 'de',
      'if-none-match': '"known"',
      prefer: 'return=minimal',
    });
    const text = JSON.stringify(headers);
    for (const word of ['ours', jwt, '203.0.113.9', 'app.example.com', admin.userId, admin.organizationId])
      expect(text).not.toContain(word);
  });

  it('cannot be other credentials than the stored', async () => {
    const { admin, token, path } = await connectedEcho();

    await admin.post(`${path}/repos?access_token=mine`, {}, { headers: { 'user-agent': 'mine' } });

    expect(seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'user-agent': 'manageros-integrations',
    });
  });
});

describe('what travels back', () => {
  it('is the status, the body and harmless headers only', async () => {
    const { admin, token, path } = await connectedEcho();

    const reply = await admin.get(`${path}/repos`);

    expect({ status: reply.status, text: reply.text }).toEqual({
      status: 201,
      text: '{"from":"the provider"}',
    });
    const headers = Object.fromEntries(reply.headers);
    expect(headers).toMatchObject({
      'x-answered-by': 'provider',
      'content-type': said['content-type'],
      'content-language': said['content-language'],
      etag: said.etag,
      'last-modified': said['last-modified'],
      link: said.link,
    });
    const kept = ['content-type', 'content-language', 'etag', 'last-modified', 'link'];
    for (const name of Object.keys(said).filter((one) => !kept.includes(one)))
      expect(headers).not.toHaveProperty(name);
    expect(JSON.stringify(headers)).not.toContain(token);
  });
});

describe('a provider that is down', () => {
  it('is provider_unreachable while connecting, and leaves no row', async () => {
    const admin = caller({}, cloud.url);
    const body = {
      provider: 'jira',
      scope: 'organization',
      auth: 'api_token',
      settings: { baseUrl: 'https://acme.atlassian.net' },
      credentials: { username: 'a@acme.example', apiToken: plantedSecret('jira') },
    };

    const connecting = await admin.post('/integrations/connect', body);
    const trying = await admin.post('/integrations/test', body);

    expectProblem(connecting, 503, 'provider_unreachable');
    expect(trying.body).toEqual({ ok: false, code: 'provider_unreachable', hint: expect.any(String) });
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
    expect((await admin.get('/audit')).body.events).toEqual([]);
  });
});
