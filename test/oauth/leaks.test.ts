import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { begin, beginAgain, cameBack, complete } from '../support/consent.ts';
import { filesIn, plantedSecret, secretForms, secretsIn } from '../support/secrets.ts';
import { settled } from '../support/table.ts';

/** A provider that sends back whatever it was sent: code, verifier, app secret and tokens reach nobody. */

type Answer = { status: number; body: unknown };

let provider: Server;
let cloud: Cloud;
/** How the token endpoint answers; it is given what it was sent. */
let tokenAnswer: (sent: string) => Answer;
const issued = (): Answer => ({
  status: 200,
  body: {
    access_token: plantedSecret('access'),
    refresh_token: plantedSecret('refresh'),
    expires_in: 28_800,
    scope: 'repo,read:org,read:user,user:email',
    token_type: 'bearer',
  },
});
let userAnswer: (sent: string) => Answer;
const ada = (): Answer => ({ status: 200, body: { id: 7, login: 'ada', name: 'Ada', type: 'User' } });

const sentBy = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return `${request.headers.authorization ?? ''} ${Buffer.concat(chunks).toString()}`;
};
const answerTo = (path: string, sent: string): Answer => {
  if (path === '/login/oauth/access_token') return tokenAnswer(sent);
  if (path === '/user') return userAnswer(sent);
  return { status: 418, body: { message: sent } };
};

const echoing = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const sent = await sentBy(request);
  const { status, body } = answerTo(request.url?.split('?')[0] ?? '', sent);
  response.writeHead(status, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(sent) });
  response.end(JSON.stringify(body));
};

beforeAll(async () => {
  tokenAnswer = issued;
  userAnswer = ada;
  provider = createServer((request, response) => void echoing(request, response));
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  cloud = await startCloud(['--provider', `github=${origin}`]);
});
afterAll(async () => {
  await cloud.stop();
  await new Promise((resolve) => provider.close(resolve));
  removeData(cloud);
});

const seen: string[] = [];

const admin = async (): Promise<Caller> => {
  const who = caller({}, cloud.url);
  const app = { clientId: 'visible-client', clientSecret: plantedSecret('app') };
  await who.put('/providers/github/app', app);
  return who;
};

/** The provider's part: the browser comes back with a code. Every answer is searched as it arrives. */
const returned = async ({ authorizationUrl }: { authorizationUrl: string }) => {
  const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
  const query = new URLSearchParams({ code: plantedSecret('code'), state });
  const back = await cameBack(`${cloud.url}/api/v1/oauth/callback/github?${query.toString()}`);
  seen.push(state, back.ticket);
  return back;
};

const echo =
  (status: number, name: string) =>
  (sent: string): Answer => ({ status, body: { error: name, error_description: sent, message: sent } });

describe('a provider that sends back what it was sent', () => {
  it.each([
    [200, 'bad_verification_code'],
    [200, 'anything'],
    [400, 'invalid_grant'],
    [401, 'invalid_client'],
    [403, 'access_denied'],
    [429, 'slow_down'],
    [500, 'server_error'],
  ])('instead of tokens, with %d and %s, is not passed on', async (status, name) => {
    const who = await admin();
    const back = await returned(await begin(who, 'github'));
    tokenAnswer = echo(status, name);

    const reply = await complete(who, back);
    tokenAnswer = issued;

    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(secretForms(reply.text)).toEqual([]);
  });

  it.each([200, 401, 403, 404, 500])('instead of the account, with %d, is not passed on', async (status) => {
    const who = await admin();
    const back = await returned(await begin(who, 'github'));
    userAnswer = echo(status, 'x');

    const reply = await complete(who, back);
    userAnswer = ada;

    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(secretForms(reply.text)).toEqual([]);
    expect((await who.get('/integrations/connected')).body.integrations).toEqual([]);
  });

  it('to whatever is asked of a connection is not passed on', async () => {
    const who = await admin();
    const connected = await complete(who, await returned(await begin(who, 'github')));
    const { id } = connected.body.integration;
    const again = await complete(who, await returned(await beginAgain(who, id)));

    const replies = [
      await who.post(`/integrations/${id}/search`, { query: 'ada' }),
      await who.get(`/integrations/${id}/entity?type=person&externalId=ada`),
      await who.get(`/integrations/${id}/proxy/anything`),
      await who.delete(`/consents/${id}`),
    ];

    expect([connected.status, again.status]).toEqual([201, 201]);
    for (const { headers, text } of replies)
      expect(secretForms(JSON.stringify([...headers]) + text)).toEqual([]);
  });
});

describe('afterwards', () => {
  it('nothing that was stored or logged holds a code, a token, a secret, a state or a ticket', async () => {
    await settled(cloud);
    const files = filesIn(cloud.data);

    expect(files.some(({ text }) => text.includes('visible-client'))).toBe(true);
    expect(seen.length).toBeGreaterThan(20);
    expect(secretsIn(cloud.data)).toEqual([]);
    for (const { name, text } of files)
      expect(
        seen.filter((secret) => text.includes(secret)),
        name,
      ).toEqual([]);
    expect(secretForms(cloud.printed() + cloud.told())).toEqual([]);
  });
});
