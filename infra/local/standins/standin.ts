import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What every stand-in for a provider shares: a server on loopback with routes, state that survives a
 * restart, a log of the calls it got, and faults on request. The control paths under `/__standin` are
 * for tests and demos; no provider has them.
 */

export type StandinRequest = {
  method: string;
  /** The host the caller meant: of `x-forwarded-host`, else of `host`. */
  host: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
  /** Path parameters, decoded. */
  params: Readonly<Record<string, string>>;
};
/** A body that is no string is sent as JSON. */
export type StandinAnswer = {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Set by a GET that changed the state, which is then saved as after other methods. */
  changed?: boolean;
  /** What becomes of the answer once the state is saved, as with a fault of the same kind. */
  fate?: Fate;
};
/** What can happen to the answer of a call that was handled. */
export type Fate = { kind: 'hang' | 'lose' | 'cut' } | { kind: 'delay'; ms: number };

export type Route = {
  method: string;
  /** As in `/rest/api/3/issue/{key}`; a parameter is one segment, `{path+}` the rest. */
  path: string;
  /** Only for hosts that match, where one stand-in serves several. */
  host?: RegExp;
  handle: (request: StandinRequest) => StandinAnswer | Promise<StandinAnswer>;
};

/** What happens to the next `times` calls that match, instead of or after the real handling. */
export type Fault = {
  match: {
    method?: string;
    host?: string /** A regular expression. */;
    path?: string /** A text the authorization header contains. */;
    authorization?: string;
  };
  times: number;
  /**
   * `answer`: this instead. `hang`: nothing, for as long as the caller waits. `reset`: the connection is
   * cut. `delay`: the real answer after `ms`. `lose`: handled, then cut before the answer is sent.
   * `cut`: the real answer, cut in the middle of its body.
   */
  act:
    | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: unknown }
    | { kind: 'hang' | 'reset' | 'lose' | 'cut' }
    | { kind: 'delay'; ms: number };
};

export type Call = {
  at: number;
  method: string;
  host: string;
  path: string;
  query: string;
  /** SHA-256 of the authorization header, so that a test can tell tokens apart without storing one. */
  authorization: string | null;
  status: number | null;
};

export type Standin = { id: string; origin: string; stop: () => Promise<void> };

export type StandinOptions<S> = {
  id: string;
  /** 0 takes any free port. */
  port?: number;
  /** Where the state is kept between starts; null keeps it in memory. */
  file: string | null;
  seed: () => S;
  routes: (state: S) => Route[];
  /** Further control paths, under `/__standin`; what they change is saved. */
  controls?: (state: S) => Route[];
};

/** The stand-in's clock, moved with the local cloud's. */
export const standinNow = (): number => Date.now() + Number(process.env['CLOCK_OFFSET_MS'] ?? 0);

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const mostCalls = 20_000;

const pattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replaceAll(/[.*?^$()|[\]\\]/g, '\\$&')
      .replaceAll(/\{(\w+)\+\}/g, '(?<$1>.+)')
      .replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
  );

const read = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const decoded = (groups: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));

const send = (response: ServerResponse, { status, headers = {}, body }: StandinAnswer, cut = false): void => {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type =
    typeof body === 'string' || body === undefined
      ? 'text/plain; charset=utf-8'
      : 'application/json; charset=utf-8';
  response.writeHead(status, {
    'content-type': type,
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  if (!cut) {
    response.end(text);
    return;
  }
  response.write(text.slice(0, Math.ceil(text.length / 2)));
  setTimeout(() => response.destroy(), 20);
};

/** Starts a stand-in; it answers 404 in plain text where no route fits, as a test would notice. */
export const startStandin = async <S>(options: StandinOptions<S>): Promise<Standin> => {
  const { id, file } = options;
  const load = (): S => {
    try {
      return JSON.parse(readFileSync(file ?? '', 'utf8')) as S;
    } catch {
      return options.seed();
    }
  };
  const state = load();
  const save = (): void => {
    if (file === null) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };

  const calls: Call[] = [];
  const faults: Fault[] = [];
  const faultFor = ({ method, host, path, headers }: StandinRequest): Fault | null => {
    const fault = faults.find(
      ({ match, times }) =>
        times > 0 &&
        (match.method === undefined || match.method === method) &&
        (match.host === undefined || match.host === host) &&
        (match.path === undefined || new RegExp(match.path).test(path)) &&
        (match.authorization === undefined || (headers['authorization'] ?? '').includes(match.authorization)),
    );
    if (fault) fault.times -= 1;
    return fault ?? null;
  };

  const controls: Route[] = [
    {
      method: 'POST',
      path: '/__standin/faults',
      handle: ({ body }) => {
        faults.push(...([JSON.parse(body.toString())].flat() as Fault[]));
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/__standin/faults',
      handle: () => {
        faults.length = 0;
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/__standin/calls',
      handle: ({ query }) => {
        const since = Number(query.get('since') ?? 0);
        const host = query.get('host');
        return {
          status: 200,
          body: { calls: calls.filter((call) => call.at >= since && (host === null || call.host === host)) },
        };
      },
    },
    {
      method: 'DELETE',
      path: '/__standin/calls',
      handle: () => {
        calls.length = 0;
        return { status: 204 };
      },
    },
    ...(options.controls?.(state) ?? []),
  ];
  const compiled = (routes: Route[]) => routes.map((route) => ({ ...route, pattern: pattern(route.path) }));
  const table = { control: compiled(controls), provider: compiled(options.routes(state)) };

  const dispatch = async (request: StandinRequest): Promise<StandinAnswer> => {
    const isControl = request.path.startsWith('/__standin/');
    for (const route of isControl ? table.control : table.provider) {
      const match = route.method === request.method ? route.pattern.exec(request.path) : null;
      if (!match || (route.host && !route.host.test(request.host))) continue;
      return route.handle({ ...request, params: decoded(match.groups) });
    }
    return { status: 404, body: `The stand-in for ${id} has no ${request.method} ${request.path}` };
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? '/', 'http://standin.invalid');
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    );
    const request: StandinRequest = {
      method: message.method ?? 'GET',
      host: headers['x-forwarded-host'] ?? headers['host'] ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: await read(message),
      params: {},
    };
    if (request.path.startsWith('/__standin/')) {
      const answer = await dispatch(request);
      if (request.method !== 'GET') save();
      send(response, answer);
      return;
    }
    const authorization = headers['authorization'] ? hashOf(headers['authorization']) : null;
    const { method, host, path } = request;
    const call: Call = { at: Date.now(), method, host, path, query: url.search, authorization, status: null };
    calls.push(call);
    if (calls.length > mostCalls) calls.shift();

    const act = faultFor(request)?.act;
    if (act?.kind === 'hang') return;
    if (act?.kind === 'reset') {
      message.socket.destroy();
      return;
    }
    if (act?.kind === 'answer') {
      call.status = act.status;
      send(response, act);
      return;
    }
    if (act?.kind === 'delay') await sleep(act.ms);
    const answer = await dispatch(request);
    if (answer.changed || (request.method !== 'GET' && request.method !== 'HEAD')) save();
    call.status = answer.status;
    const { fate } = answer;
    if (fate?.kind === 'hang') return;
    if (fate?.kind === 'delay') await sleep(fate.ms);
    if (act?.kind === 'lose' || fate?.kind === 'lose') message.socket.destroy();
    else send(response, answer, act?.kind === 'cut' || fate?.kind === 'cut');
  };

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      process.stderr.write(`stand-in ${id}: ${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) send(response, { status: 500, body: 'The stand-in failed; see its log.' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    id,
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        save();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
