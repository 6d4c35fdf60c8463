import type * as z from 'zod/mini';
import { codes, type ErrorCode } from './codes.ts';
import type { Grant } from './grants.ts';

export type Schema = z.ZodMiniType;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call. `session` callers come with the web app's token, checked by the gateway; `signature`
 * callers are providers whose signature the function verifies. A holder is an admin for an
 * organisation's integration and the owner for a personal one; the integration's id is the path
 * parameter `id`.
 */
export type Access =
  | { by: 'public' }
  | { by: 'signature' }
  | { by: 'session'; role: 'member' | 'admin' | 'holder' };

export const session = <R extends 'member' | 'admin' | 'holder'>(role: R): { by: 'session'; role: R } => ({
  by: 'session',
  role,
});

/** `body` null: the answer has none. `raw`: the function writes the answer's bytes itself. */
export type Answer = { status: number; body: Schema | null | 'raw' };

export type Operation = {
  id: string;
  methods: readonly Method[];
  path: string;
  summary: string;
  access: Access;
  params: Schema | null;
  query: Schema | null;
  headers: Schema | null;
  /** `raw`: the function reads the bytes itself (signatures are over bytes; a proxy passes them on). */
  body: Schema | null | 'raw';
  /** The outcomes by name; an operation with one outcome names it `ok` and returns its body alone. */
  answers: Readonly<Record<string, Answer>>;
  /** Codes beyond those every operation of its kind has (see `failuresOf`). */
  failures: readonly ErrorCode[];
  grants: readonly Grant[];
  /** Answers carry an `ETag`, and `If-None-Match` gives 304. */
  etag: boolean;
  /** A creating call: takes `Idempotency-Key`. */
  creates: boolean;
  /** The answer holds a secret that is shown once: it is not kept, and a repeat is `already_created`. */
  showsOnce: boolean;
};

type Given = Pick<Operation, 'id' | 'path' | 'summary' | 'access'> &
  Partial<Operation> & { method?: Method; output?: Answer['body']; status?: number };

type Inferred = 'id' | 'access' | 'methods' | 'params' | 'query' | 'headers' | 'body' | 'answers';
type Defined<G extends Given> = Omit<Operation, Inferred> & {
  id: G['id'];
  access: G['access'];
  methods: G['methods'] extends readonly Method[] ? G['methods'] : readonly Method[];
} & {
  [K in 'params' | 'query' | 'headers' | 'body']: G[K] extends Schema | 'raw' ? G[K] : null;
} & {
  answers: G['answers'] extends Record<string, Answer>
    ? G['answers']
    : { ok: { status: number; body: G['output'] extends Schema | 'raw' ? G['output'] : null } };
};

/** What it takes to keep the answer of a creating call for its repeats. */
const keepsAnswers: readonly Grant[] = ['table:read', 'table:write', 'cursors'];

/** The unit of change over HTTP: route, function, grants, OpenAPI, client and tests derive from it. */
export const defineOperation = <const G extends Given>(given: G): Defined<G> =>
  ({
    params: null,
    query: null,
    headers: null,
    body: null,
    failures: [],
    etag: false,
    creates: false,
    showsOnce: false,
    ...given,
    grants: [...new Set([...(given.grants ?? []), ...(given.creates ? keepsAnswers : [])])],
    methods: given.methods ?? [given.method ?? 'GET'],
    answers: given.answers ?? {
      ok: { status: given.status ?? (given.output ? 200 : 204), body: given.output ?? null },
    },
  }) as unknown as Defined<G>;

/** Every code an operation may answer: those of its kind, then its own. OpenAPI prints them, tests hold it to them. */
export const failuresOf = (operation: Operation): ErrorCode[] => {
  const common: ErrorCode[] = ['internal', 'unavailable'];
  if (operation.access.by === 'session') common.push('forbidden');
  if (operation.params) common.push('not_found');
  if (operation.query || operation.headers || operation.body) common.push('invalid_request');
  if (operation.body) common.push('payload_too_large');
  if (operation.body && operation.body !== 'raw') common.push('unsupported_media_type');
  if (operation.creates) common.push('idempotency_mismatch', 'in_progress', 'already_created');
  const all = new Set<ErrorCode>([...common, ...operation.failures]);
  return (Object.keys(codes) as ErrorCode[]).filter((code) => all.has(code));
};

/** Where the function of an operation lives: `links.create` → `functions/http/links/create.ts`. */
export const functionFile = (operation: { id: string }): string =>
  `functions/http/${operation.id.replaceAll('.', '/')}.ts`;

export type Job<P extends Schema = Schema> = {
  id: string;
  summary: string;
  payload: P;
  /** Seconds one message may take. */
  timeout: number;
  /** Delivered again as soon as its time is over; else the queue waits six times as long, as Lambda asks for. */
  urgent: boolean;
  /** The queue mapping's `maximumConcurrency`, at least 2. */
  concurrency: number;
  grants: readonly Grant[];
};

/** How often a queue delivers a message before it goes to the dead letters. */
export const mostDeliveries = 5;

/** Seconds for which a queue hides a message that somebody works on. */
export const hiddenFor = ({ timeout, urgent }: Pick<Job, 'timeout' | 'urgent'>): number =>
  urgent ? timeout : 6 * timeout;

/** Work behind a queue: `functions/jobs/<id>.ts`. */
export const defineJob = <const I extends string, P extends Schema>(
  job: Job<P> & { id: I },
): Job<P> & { id: I } => job;

export type Schedule = {
  id: string;
  summary: string;
  /** Minutes between runs. */
  every: number;
  timeout: number;
  grants: readonly Grant[];
};

/** Work on a timer: `functions/schedules/<id>.ts`. */
export const defineSchedule = <const I extends string>(
  schedule: Schedule & { id: I },
): Schedule & { id: I } => schedule;

export type Stream = {
  id: string;
  summary: string;
  /** A filter of DynamoDB stream records as Lambda's event filtering takes it. */
  filter: { eventName: string[]; dynamodb: { NewImage: Record<string, { S: { prefix: string }[] }> } };
  timeout: number;
  grants: readonly Grant[];
};

/** A consumer of the table's stream: `functions/streams/<id>.ts`. */
export const defineStream = <const I extends string>(stream: Stream & { id: I }): Stream & { id: I } =>
  stream;

export type Command<P extends Schema = Schema> = {
  id: string;
  summary: string;
  payload: P;
  timeout: number;
  grants: readonly Grant[];
};

/** What an operator invokes: `functions/commands/<id>.ts`. */
export const defineCommand = <const I extends string, P extends Schema>(
  command: Command<P> & { id: I },
): Command<P> & { id: I } => command;
