import type * as z from 'zod/mini';
import type { ErrorCode } from '../contract/codes.ts';
import type { Operation, Schema } from '../contract/define.ts';
import { type AnyOperation, operations } from '../contract/operations/index.ts';

/**
 * The typed client of the web app: `client.call('links.create', { body })`. Types come from the
 * definitions; whatever fails, also at the gateway, is one `ApiError`.
 */

type RawBody = string | Uint8Array<ArrayBuffer> | null;
type Input<S> = S extends Schema ? z.input<S> : never;
type Output<S> = S extends Schema ? z.output<S> : S extends 'raw' ? Response : undefined;
type Given<Name extends string, S> = S extends Schema | 'raw'
  ? { [K in Name]: S extends 'raw' ? RawBody : Input<S> }
  : unknown;

type ById = { [O in AnyOperation as O['id']]: O };
export type OperationId = keyof ById;
export type CallInput<Id extends OperationId> = Given<'params', ById[Id]['params']> &
  Given<'query', ById[Id]['query']> &
  Given<'body', ById[Id]['body']> & {
    headers?: Record<string, string>;
    idempotencyKey?: string;
    /** Of an operation with several methods, such as the proxy. */
    method?: ById[Id]['methods'][number];
    signal?: AbortSignal;
  };
export type CallOutput<Id extends OperationId> = {
  [K in keyof ById[Id]['answers']]: Output<
    ById[Id]['answers'][K] extends { body: infer Body } ? Body : never
  >;
}[keyof ById[Id]['answers']];

/** The one error of the client. `status` 0: the API could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly requestId: string | null;
  readonly errors: readonly { path: string; message: string }[];
  /** Seconds. */
  readonly retryAfter: number | null;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    problem: Record<string, unknown>,
    headers: Headers = new Headers(),
    cause: unknown = null,
  ) {
    super((problem['detail'] ?? problem['message'] ?? `Status ${status}`) as string, { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = (problem['code'] as ErrorCode | undefined) ?? codeOf(status);
    this.requestId = headers.get('x-request-id') ?? headers.get('apigw-requestid');
    this.errors = (problem['errors'] as ApiError['errors'] | undefined) ?? [];
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.retryAfter = Number.isFinite(seconds) ? seconds : null;
    this.problem = problem;
  }
}

/** The gateway's own refusals say no more than a status: they get the face our own would have. */
const gatewayCodes: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'payload_too_large',
  500: 'internal',
  504: 'deadline_exceeded',
};

const codeOf = (status: number): ErrorCode => {
  const usual = status >= 400 && status < 500 ? 'invalid_request' : 'unavailable';
  return gatewayCodes[status] ?? usual;
};

export type ClientOptions = {
  /** As in `https://integrations.example.com`. */
  baseUrl: string;
  /** The session token of the moment. */
  token: () => string | Promise<string>;
  fetch?: typeof globalThis.fetch;
};

const byId = new Map<string, Operation>(operations.map((operation) => [operation.id, operation]));

const segment = (value: string): string => {
  // However they are encoded, these would lead to another path.
  if (value === '.' || value === '..') throw new ApiError(404, { message: 'No such path.' });
  return encodeURIComponent(value);
};

const pathOf = (operation: Operation, params: Record<string, string>): string =>
  operation.path
    .replaceAll(/\{(\w+)\+\}/g, (_, name: string) => (params[name] ?? '').split('/').map(segment).join('/'))
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(params[name] ?? ''));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const read = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
};

export const createClient = ({ baseUrl, token, fetch = globalThis.fetch }: ClientOptions) => ({
  call: async <Id extends OperationId>(id: Id, input: CallInput<Id>): Promise<CallOutput<Id>> => {
    const operation = byId.get(id) as Operation;
    const { params, query, body } = input as unknown as {
      params?: Record<string, string>;
      query?: Record<string, string | number | undefined>;
      body?: unknown;
    };
    const { headers, idempotencyKey, method, signal } = input;
    const url = new URL(`${baseUrl}/api/v1${pathOf(operation, params ?? {})}`);
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));

    const raw = operation.body === 'raw';
    const asked = fetch(url, {
      method: method ?? operation.methods[0] ?? 'GET',
      headers: {
        ...(operation.access.by === 'session' && { authorization: `Bearer ${await token()}` }),
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as RawBody) : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const response = await asked.catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ApiError(0, { message: 'The API cannot be reached.' }, undefined, error);
    });
    if (operation.answers['ok']?.body === 'raw' && response.headers.get('x-answered-by') === 'provider')
      return response as CallOutput<Id>;
    if (response.status === 204) return undefined as CallOutput<Id>;
    const answer = await read(response);
    if (response.ok && answer !== undefined) return answer as CallOutput<Id>;
    throw new ApiError(response.status, isObject(answer) ? answer : {}, response.headers);
  },
});

export type Client = ReturnType<typeof createClient>;
