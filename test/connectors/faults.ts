import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../lib/contract/codes.ts';
import type { Act } from './front.ts';

/** Everything a provider may do instead of answering, and what each must come out as. */

export type Fault = {
  name: string;
  act: Act;
  code: ErrorCode;
  /** How often it may be asked in all. */
  calls: number;
  /** Seconds the error must ask to wait; absent where none are expected. */
  retryAfter?: number;
  /** Milliseconds the call is given, where the fault would use up any time. */
  patience?: number;
};

/** Stands in everything a faulty provider says: none of it may come out. */
export const providerText = 'text-of-the-provider';

const json = { 'content-type': 'application/json' };
const megabyte = 1_000_000;

/** An answer that quotes the credentials it was sent, as some providers do. */
const says =
  (status: number, headers: Record<string, string> = json, body?: string | Buffer): Act =>
  ({ request, response }) => {
    const quoted = { message: `${providerText} ${request.headers.authorization}` };
    response.writeHead(status, headers).end(body ?? JSON.stringify(quoted));
  };

/** White space, which JSON may have at its end. */
const padded = (body: Buffer, bytes: number): Buffer => Buffer.concat([body, Buffer.alloc(bytes, ' ')]);

const wrongTypes = {
  [providerText]: true,
  id: [],
  login: 7,
  accountId: {},
  key: false,
  number: 'seven',
  full_name: null,
  items: 'none',
  issues: 7,
  total_count: 'many',
};

const everSlower =
  (write: (exchange: Parameters<Act>[0]) => void): Act =>
  (exchange) => {
    const timer = setInterval(() => write(exchange), 20);
    exchange.response.once('close', () => clearInterval(timer));
  };

/** An answer we cannot use, and asking again would not help; and none at all. */
const unusable = { code: 'provider_error', calls: 1 } as const;
const unreachable = { code: 'provider_unreachable', retryAfter: 30 } as const;

export const faults: readonly Fault[] = [
  {
    name: 'cuts the connection',
    act: ({ request }) => request.socket.destroy(),
    ...unreachable,
    calls: 3,
  },
  {
    name: 'never answers',
    act: () => {},
    ...unreachable,
    calls: 1,
    patience: 100,
  },
  {
    name: 'sends one header after the other, for ever',
    act: (exchange) => {
      exchange.request.socket.write('HTTP/1.1 200 OK\r\n');
      return everSlower(({ request }) => void request.socket.write('x-more: 1\r\n'))(exchange);
    },
    ...unreachable,
    calls: 1,
    patience: 100,
  },
  {
    name: 'sends its body a byte at a time',
    act: (exchange) => {
      exchange.response.writeHead(200, json);
      return everSlower(({ response }) => void response.write(' '))(exchange);
    },
    ...unreachable,
    calls: 1,
    patience: 100,
  },
  {
    name: 'sends headers without end',
    act: ({ response }) => response.writeHead(200, { ...json, 'x-long': 'x'.repeat(100_000) }).end('{}'),
    ...unreachable,
    calls: 3,
  },
  { name: 'answers 500', act: says(500), code: 'provider_error', calls: 3 },
  { name: 'answers 502 with HTML', act: says(502, {}, '<html>'), code: 'provider_error', calls: 3 },
  {
    name: 'answers 503 and asks to wait',
    act: says(503, { ...json, 'retry-after': '7' }),
    code: 'provider_error',
    calls: 1,
    retryAfter: 7,
  },
  {
    name: 'answers 429 and asks to wait',
    act: says(429, { ...json, 'retry-after': '7' }),
    code: 'provider_rate_limited',
    calls: 1,
    retryAfter: 7,
  },
  {
    name: 'answers 429 and asks to wait for a century',
    act: says(429, { ...json, 'retry-after': '3155760000' }),
    code: 'provider_rate_limited',
    calls: 1,
    retryAfter: 3600,
  },
  { name: 'answers 400', act: says(400), ...unusable },
  { name: 'answers 401', act: says(401), code: 'provider_unauthorized', calls: 1 },
  { name: 'answers 403', act: says(403), code: 'provider_forbidden', calls: 1 },
  {
    name: 'answers 200 with HTML',
    act: says(200, { 'content-type': 'text/html' }, `<html>${providerText}</html>`),
    ...unusable,
  },
  {
    name: 'answers with JSON that ends too soon',
    act: says(200, json, `{"${providerText}":[{"id":"1","ti`),
    ...unusable,
  },
  {
    name: 'is cut off in its body',
    act: ({ request, response }) => {
      response.writeHead(200, { ...json, 'content-length': '1000' }).write(`{"${providerText}":`);
      setTimeout(() => request.socket.destroy(), 10);
    },
    ...unreachable,
    calls: 1,
  },
  {
    name: 'answers with other types than it documents',
    act: says(200, json, JSON.stringify(wrongTypes)),
    ...unusable,
  },
  { name: 'answers with nothing', act: says(200, json, ''), ...unusable },
  {
    name: 'answers 204',
    act: ({ response }) => response.writeHead(204).end(),
    ...unusable,
  },
  { name: 'answers null', act: says(200, json, 'null'), ...unusable },
  {
    name: 'answers with a byte order mark and something else',
    act: says(200, json, `\uFEFF{"${providerText}":1}`),
    ...unusable,
  },
  {
    name: 'answers rightly, with more than 5 MB',
    act: ({ passBytes }) => passBytes((body) => padded(body, 6 * megabyte)),
    ...unusable,
  },
  {
    name: 'answers rightly, with a small body that unpacks to 12 MB',
    act: ({ passBytes }) =>
      passBytes((body) => gzipSync(padded(body, 12 * megabyte), { level: 1 }), {
        'content-encoding': 'gzip',
      }),
    ...unusable,
  },
  {
    name: 'answers with a body that is not packed as it says',
    act: says(200, { ...json, 'content-encoding': 'gzip' }, '{}'),
    ...unreachable,
    calls: 1,
  },
  {
    name: 'redirects to another origin',
    act: says(302, { location: 'https://elsewhere.example/' }),
    ...unusable,
  },
  {
    name: 'redirects in circles',
    act: ({ request, response }) => response.writeHead(302, { location: request.url }).end(),
    code: 'provider_error',
    calls: 4,
  },
];
