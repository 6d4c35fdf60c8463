import { describe, expect, inject, it } from 'vitest';
import { operations } from '../../lib/contract/operations/index.ts';
import { caller, type Reply, request } from '../support/api.ts';

/** What browsers are told about who may call from where. */

const listed = 'http://localhost:3000';
const url = (path: string): string => `${inject('cloud').url}/api/v1${path}`;
const corsOf = ({ headers }: Reply) => [...headers].filter(([name]) => name.startsWith('access-control-'));

const preflight = (path: string, method: string, origin: string | null, headers = 'authorization') =>
  request(url(path), {
    method: 'OPTIONS',
    headers: {
      ...(origin !== null && { origin }),
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    },
  });

const others = [
  'https://localhost:3000',
  'http://localhost:3001',
  'http://localhost:3000.evil.example',
  'http://evil.example/http://localhost:3000',
  'http://LOCALHOST:3000',
  'null',
  '*',
];

describe('a preflight', () => {
  it('from the web app needs no token, and is told what it may do', async () => {
    const reply = await preflight('/integrations/connect', 'POST', listed, 'authorization,content-type');

    expect(reply.status).toBe(204);
    expect(reply.text).toBe('');
    expect(Object.fromEntries(corsOf(reply))).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-headers':
        'authorization,content-type,idempotency-key,if-none-match,x-manageros-assertion',
    });
  });

  it('is told every method that operations have', async () => {
    const methods = new Set(operations.flatMap((operation) => [...operation.methods]));

    const { headers } = await preflight('/policy', 'PUT', listed);

    expect(new Set(headers.get('access-control-allow-methods')?.split(','))).toEqual(methods);
  });

  it.each(others)('from %s is told nothing', async (origin) => {
    const reply = await preflight('/policy', 'PUT', origin);

    expect(reply.status).toBe(204);
    expect(corsOf(reply)).toEqual([]);
  });
});

describe('an answer', () => {
  it('may be read by the web app, with the headers it needs', async () => {
    const { headers } = await caller().get('/policy', { headers: { origin: listed } });

    expect(headers.get('access-control-allow-origin')).toBe(listed);
    expect(headers.get('access-control-expose-headers')).toBe(
      'etag,retry-after,x-request-id,x-answered-by,link',
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toBe('origin');
  });

  it('may be read by the web app also where it is a refusal', async () => {
    const replies = [
      await request(url('/policy'), { headers: { origin: listed } }),
      await request(url('/nothing'), { headers: { origin: listed } }),
      await caller({ role: 'member' }).get('/policy', { headers: { origin: listed } }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([401, 404, 403]);
    for (const { headers } of replies) expect(headers.get('access-control-allow-origin')).toBe(listed);
  });

  it.each(others)('may not be read by %s', async (origin) => {
    const reply = await caller().get('/policy', { headers: { origin } });

    expect(reply.status).toBe(200);
    expect(corsOf(reply)).toEqual([]);
  });

  it('without an origin has no such headers', async () => {
    expect(corsOf(await caller().get('/policy'))).toEqual([]);
  });
});
