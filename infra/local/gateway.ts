import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { functionFile, type Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { FunctionTimeout, invoke } from './functions.ts';
import type { Issuer } from './issuer.ts';

/**
 * API Gateway's HTTP API on this machine: its routes, its JWT authorizer, its CORS, its limits and its
 * own short errors. Functions get the events it would send.
 */

const functionSeconds = 29;
const gatewaySeconds = 30;
const mostBytes = 10 * 1024 * 1024;
const mostAnswered = 6 * 1024 * 1024;
const allowedHeaders = 'authorization,content-type,idempotency-key,if-none-match,x-manageros-assertion';
const exposedHeaders = 'etag,retry-after,x-request-id';

type Route = { method: string; pattern: RegExp; key: string; operation: Operation; weight: string };

/** A path's pattern; literal segments win over parameters, parameters over the greedy rest. */
const routeOf = (operation: Operation, method: string): Route => {
  const path = `/api/v1${operation.path}`;
  const segments = path.split('/').map((segment) => {
    const [, name, greedy] = /^\{(\w+)(\+)?\}$/.exec(segment) ?? [];
    if (name) return greedy ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
    return segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  const weight = path.replaceAll(/\{\w+\+\}/g, '~~').replaceAll(/\{\w+\}/g, '~');
  return {
    method,
    pattern: new RegExp(`^${segments.join('/')}$`),
    key: `${method} ${path}`,
    operation,
    weight,
  };
};

const routes: readonly Route[] = (operations as readonly Operation[])
  .flatMap((operation) => operation.methods.map((method) => routeOf(operation, method)))
  .toSorted((a, b) => (a.weight < b.weight ? -1 : 1));

type Reply = { status: number; headers?: Record<string, string>; body?: string | Buffer };

const plain = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});

class TooLarge extends Error {}

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size <= mostBytes) chunks.push(chunk as Buffer);
  }
  if (size > mostBytes) throw new TooLarge();
  return Buffer.concat(chunks);
};

const isText = (type: string | undefined): boolean =>
  /^(text\/|application\/(json|xml|javascript)\b)/i.test(type ?? '');

/** Text travels as text, all else (and what is no UTF-8) in base64. */
const encoded = (body: Buffer, type: string | undefined) => {
  const text = body.toString('utf8');
  return isText(type) && Buffer.from(text, 'utf8').equals(body)
    ? { body: text, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

export type GatewayOptions = {
  issuer: Issuer;
  allowedOrigins: readonly string[];
  /** Answers what is not the API's: the local cloud's own paths. Null where it is none of them. */
  local: (method: string, url: URL, body: Buffer) => Promise<Reply | null>;
  settle: (error: unknown) => void;
};

export const startGateway = async (
  port: number,
  { issuer, allowedOrigins, local, settle }: GatewayOptions,
) => {
  const corsHeaders = (origin: string | undefined): Record<string, string> =>
    origin !== undefined && allowedOrigins.includes(origin)
      ? {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': exposedHeaders,
          vary: 'origin',
        }
      : {};

  const preflight = (origin: string | undefined): Reply => ({
    status: 204,
    headers: {
      ...corsHeaders(origin),
      ...(corsHeaders(origin)['access-control-allow-origin'] && {
        'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE',
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      }),
    },
  });

  const call = async (message: IncomingMessage, url: URL, body: Buffer): Promise<Reply> => {
    const method = message.method ?? 'GET';
    const route = routes.find((one) => one.method === method && one.pattern.test(url.pathname));
    if (!route) return plain(404, 'Not Found');
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    );
    const { operation } = route;
    const token = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
    const claims = operation.access.by === 'session' ? token && (await issuer.verify(token)) : {};
    if (!claims) return plain(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });

    const query = url.search.slice(1);
    const params = Object.entries(route.pattern.exec(url.pathname)?.groups ?? {});
    const event = {
      version: '2.0',
      routeKey: route.key,
      rawPath: url.pathname,
      rawQueryString: query,
      headers,
      queryStringParameters: Object.fromEntries(url.searchParams),
      pathParameters: Object.fromEntries(params.map(([name, value]) => [name, decode(value)])),
      requestContext: {
        http: { method, path: url.pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
        routeKey: route.key,
        stage: '$default',
        ...(operation.access.by === 'session' && { authorizer: { jwt: { claims, scopes: null } } }),
      },
      ...(body.length > 0 ? encoded(body, headers['content-type']) : { isBase64Encoded: false }),
    };
    const result = (await invoke(functionFile(operation), event, functionSeconds)) as {
      statusCode: number;
      headers?: Record<string, string>;
      body?: string;
      isBase64Encoded?: boolean;
    };
    if ((result.body?.length ?? 0) > mostAnswered) return plain(500, 'Internal Server Error');
    return {
      status: result.statusCode,
      headers: result.headers ?? {},
      body: Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'),
    };
  };

  const answer = async (message: IncomingMessage): Promise<Reply> => {
    const url = new URL(message.url ?? '/', 'http://gateway.invalid');
    try {
      if (message.method === 'OPTIONS') return preflight(message.headers.origin);
      const body = await readBody(message);
      return (await local(message.method ?? 'GET', url, body)) ?? (await call(message, url, body));
    } catch (error) {
      if (error instanceof TooLarge) return plain(413, 'Request Entity Too Large');
      settle(error);
      return error instanceof FunctionTimeout
        ? plain(503, 'Service Unavailable')
        : plain(500, 'Internal Server Error');
    }
  };

  const send = (response: ServerResponse, reply: Reply, origin: string | undefined): void => {
    response.writeHead(reply.status, { ...reply.headers, ...corsHeaders(origin) });
    response.end(reply.body);
  };

  const server = createServer((message, response) => {
    answer(message).then((reply) => send(response, reply, message.headers.origin), settle);
  });
  server.requestTimeout = gatewaySeconds * 1000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export type { Reply };
export { plain };
