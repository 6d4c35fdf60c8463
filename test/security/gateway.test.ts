import { request as rawRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../lib/contract/operations/index.ts';
import { request } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { expectProblem } from '../support/problem.ts';
import { settled } from '../support/table.ts';
import { type Line, lines, send, watched } from './call.ts';
import { aCompany, type Company } from './company.ts';

/** What the gateway refuses by itself, in its own plain words, and what comes through it by way of paths. */

let cloud: Cloud;
let company: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const nothingHappened = { removed: [], added: [], providerCalls: 0 };

/** A path as it is written, which `fetch` would tidy. */
const exactly = (path: string, token: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const message = rawRequest(`${cloud.url}/`, { path, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, text: body }), reject);
    });
    message.once('error', reject);
    message.end();
  });

describe('the gateway itself', () => {
  it('takes no headers over 10 KB, and goes on', async () => {
    const { admin } = company;

    const refused = await admin.get('/policy', { headers: { 'x-large': 'a'.repeat(20_000) } });
    const next = await admin.get('/policy');

    expect(refused.status).toBe(431);
    expect(refused.body).toEqual({ message: expect.any(String) });
    expect(next.status).toBe(200);
  });

  it.each([
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v1'],
    ['GET', '/api/v2/policy'],
    ['GET', '/policy'],
    ['POST', '/api/v1/policy'],
    ['DELETE', '/api/v1/integrations/connected/x/y'],
    ['PATCH', '/api/v1/links'],
    ['HEAD', '/api/v1/policy'],
  ])('knows no %s %s, and says so with or without a token', async (method, path) => {
    const authorization = `Bearer ${await company.admin.token()}`;

    const replies = [
      await request(`${cloud.url}${path}`, { method }),
      await request(`${cloud.url}${path}`, { method, headers: { authorization } }),
    ];

    for (const { status, text } of replies) {
      expect(status).toBe(404);
      expect(text).toBe(method === 'HEAD' ? '' : '{"message":"Not Found"}');
    }
  });

  it.each([
    '//',
    '///',
    '//evil.example/api/v1/policy',
    '/\\evil.example',
    '/api//v1/policy',
    '/%zz',
    '*',
    'http://[/',
  ])('answers a path it cannot read: %s', async (path) => {
    const reply = await exactly(path, await company.admin.token());

    expect([400, 404]).toContain(reply.status);
    expect(JSON.parse(reply.text)).toEqual({ message: expect.any(String) });
  });

  it.each(operations.filter(({ body }) => body !== null).map(({ id }) => id))(
    'takes no body over 10 MB (%s)',
    async (id) => {
      const line = lines.find(({ operation, way }) => operation.id === id && way.method !== 'GET') as Line;
      const { params } = line.way.parts(company.organization, company);
      const raw = new Uint8Array(10 * 1024 * 1024 + 1).fill(32);

      const { reply, ...left } = await watched(cloud, async () =>
        send(cloud, line, { params, raw }, await company.admin.token()),
      );

      expect(reply.status).toBe(413);
      expect(reply.text).toBe('{"message":"Request Entity Too Large"}');
      expect(left).toEqual(nothingHappened);
    },
  );
});

describe('the proxy', () => {
  const line = lines.find(({ name }) => name === 'integrations.proxy with POST') as Line;

  it('takes no body over 4 MB', async () => {
    const { params } = line.way.parts(company.organization, company);
    const raw = new Uint8Array(4 * 1024 * 1024 + 1);

    const { reply, ...left } = await watched(cloud, async () =>
      send(cloud, line, { params, raw }, await company.admin.token()),
    );

    expectProblem(reply, 'integrations.proxy', { code: 'payload_too_large' });
    expect(left).toEqual(nothingHappened);
  });

  it.each([
    '..',
    '%2e%2e/secret',
    'a/%2e%2e/b',
    'a%2f..%2fb',
    'a//b',
    'a/',
    '%5cevil',
    'a%00',
    'a%0d%0ab',
    '.',
  ])('takes no path %s', async (path) => {
    const { integrationId } = company.organization;
    const token = await company.admin.token();

    const { reply, ...left } = await watched(cloud, () =>
      exactly(`/api/v1/integrations/${integrationId}/proxy/${path}`, token),
    );

    expect([400, 404]).toContain(reply.status);
    expect(left).toEqual(nothingHappened);
  });
});
