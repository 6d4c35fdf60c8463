import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { functionFile } from '../../lib/contract/define.ts';
import { answerHeaders, requestHeaders } from '../../lib/contract/headers.ts';
import { FunctionTimeout, invoke } from './functions.ts';
import type { Issuer } from './issuer.ts';
import { matchRoute } from './routes.ts';

/**
 * API Gateway's HTTP API on this machine: its routes, its JWT authorizer, its CORS, its limits and its
 * own short errors. Functions get the events it would send.
 */

const functionSeconds = 29;
const gatewaySeconds = 30;
const mostBytes = 10 * 1024 * 1024;
const mostAnswered = 6 * 1024 * 1024;
const mostHeaders = 10_240;

type Reply = { status: number; headers?: Record<string, string>; body?: string | Buffer };

const plain = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});

/** The answer to what is no request that could be handled, headers and all. */
const unreadable = (code: string | undefined): string => {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const message = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message });
  return [
    `HTTP/1.1 ${status} ${message}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
};

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

export type GatewayOptions = {
  issuer: Issuer;
  allowedOrigins: readonly string[];
  /** Answers what is not the API's: the local cloud's own paths. Null where it is none of them. */
  local: (method: string, path: string, body: Buffer) => Promise<Reply | null>;
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
          'access-control-expose-headers': answerHeaders.join(','),
          vary: 'origin',
        }
      : {};

  const preflight = (origin: string | undefined): Reply => ({
    status: 204,
    headers: {
      ...corsHeaders(origin),
      ...(corsHeaders(origin)['access-control-allow-origin'] && {
        'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE',
        'access-control-allow-headers': requestHeaders.join(','),
        'access-control-max-age': '600',
      }),
    },
  });

  const call = async (
    message: IncomingMessage,
    path: string,
    query: string,
    body: Buffer,
  ): Promise<Reply> => {
    const method = message.method ?? 'GET';
    const route = matchRoute(method, path);
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

    const event = {
      version: '2.0',
      routeKey: route.key,
      rawPath: path,
      rawQueryString: query,
      headers,
      queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
      pathParameters: route.params,
      requestContext: {
        http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
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
    // As it was sent: a URL parser would resolve what the gateway hands on.
    const [, path, query = ''] = /^(\/[^?]*)(?:\?(.*))?$/.exec(message.url ?? '') ?? [];
    try {
      if (path === undefined) return plain(400, 'Bad Request');
      if (message.method === 'OPTIONS') return preflight(message.headers.origin);
      const body = await readBody(message);
      return (await local(message.method ?? 'GET', path, body)) ?? (await call(message, path, query, body));
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

  const server = createServer({ maxHeaderSize: mostHeaders }, (message, response) => {
    answer(message).then((reply) => send(response, reply, message.headers.origin), settle);
  });
  server.requestTimeout = gatewaySeconds * 1000;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable) socket.end(unreadable(error.code));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken; choose another with --port.`) : error,
      ),
    );
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
