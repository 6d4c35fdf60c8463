import { randomUUID } from 'node:crypto';
import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import type { MicrosoftState, User } from '../state.ts';
import { addressOf, same } from '../state.ts';
import { type Caller, callerOf, mailboxOf } from './access.ts';
import { answerOf, isRefusal, throttled } from './errors.ts';
import { type Preferences, preferencesOf } from './prefer.ts';

/** What every operation of Graph shares. */

export type Exchange = {
  state: MicrosoftState;
  request: StandinRequest;
  caller: Caller;
  prefer: Preferences;
};
/** `base` is the path of the mailbox as it was called, `/me` or `/users/…`. */
export type MailboxExchange = Exchange & { mailbox: User; base: string };
type Reply = { status?: number; body?: unknown; headers?: Record<string, string> };

export const graph = 'https://graph.microsoft.com/v1.0';
const host = /^graph\.microsoft\.com$/i;

const refuseOverLimit = (state: MicrosoftState, mailbox: User | null): void => {
  const limit = state.limits.find(
    ({ times, mailbox: only }) =>
      times > 0 && (only === null || (mailbox !== null && same(only, addressOf(mailbox)))),
  );
  if (!limit) return;
  limit.times -= 1;
  throw throttled(limit.status, limit.code, limit.retryAfter);
};

const serve = (
  state: MicrosoftState,
  request: StandinRequest,
  run: (exchange: Exchange) => Reply,
): StandinAnswer => {
  const clientRequestId = request.headers['client-request-id'];
  const requestId = randomUUID();
  try {
    const caller = callerOf(state, request);
    const prefer = preferencesOf(request);
    const { status = 200, body, headers } = run({ state, request, caller, prefer });
    return {
      status,
      body,
      headers: {
        ...(body !== undefined && {
          'content-type':
            'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
        }),
        'request-id': requestId,
        'client-request-id': clientRequestId ?? requestId,
        'cache-control': 'private',
        ...(prefer.applied.length > 0 && { 'preference-applied': prefer.applied.join(', ') }),
        ...headers,
      },
    };
  } catch (error) {
    if (isRefusal(error)) return answerOf(error, clientRequestId);
    throw error;
  }
};

export type Operation = { method: string; path: string; handle: (exchange: Exchange) => Reply };

export const routesOf = (state: MicrosoftState, { method, path, handle }: Operation): Route => ({
  method,
  host,
  path: `/v1.0${path}`,
  handle: (request) =>
    serve(state, request, (exchange) => {
      refuseOverLimit(state, null);
      return handle(exchange);
    }),
});

export type MailboxOperation = {
  method: string;
  /** Under the mailbox; each is served. */
  paths: string[];
  permissions: readonly string[];
  handle: (exchange: MailboxExchange) => Reply;
};

/** Each operation of a mailbox is reached by `/me` and by `/users/{id or name}`. */
export const mailboxRoutes = (state: MicrosoftState, operation: MailboxOperation): Route[] =>
  ['/me', '/users/{user}'].flatMap((prefix) =>
    operation.paths.map((path) => ({
      method: operation.method,
      host,
      path: `/v1.0${prefix}${path}`,
      handle: (request: StandinRequest) =>
        serve(state, request, (exchange) => {
          const name = request.params['user'];
          const mailbox = mailboxOf(state, exchange.caller, name, operation.permissions);
          refuseOverLimit(state, mailbox);
          const base = name === undefined ? '/me' : `/users/${encodeURIComponent(name)}`;
          return operation.handle({ ...exchange, mailbox, base });
        }),
    })),
  );
