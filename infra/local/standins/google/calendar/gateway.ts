import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import type { GoogleState } from '../state.ts';
import { type Caller, callerOf } from './access.ts';
import { insufficientScopes, isRefusal, limitExceeded } from './errors.ts';
import { project } from './fields.ts';

/** What every method of the Calendar API shares. */

export type Exchange = { state: GoogleState; request: StandinRequest; caller: Caller };
type Reply = { status?: number; headers?: Record<string, string>; body?: unknown };

export type Operation = {
  method: string;
  /** Under `/calendar/v3/`. */
  path: string;
  /** As it is called in errors about scopes. */
  name: string;
  scopes: readonly string[];
  handle: (exchange: Exchange) => Reply;
};

const host = /^(www|content)\.googleapis\.com$/i;

const refuseOverLimit = (state: GoogleState, { email }: Caller): void => {
  const limit = state.limits.find(
    ({ times, account }) => times > 0 && (account === null || account === email),
  );
  if (!limit) return;
  limit.times -= 1;
  throw limitExceeded(limit.status, limit.reason, limit.retryAfter);
};

const serve = (state: GoogleState, operation: Operation, request: StandinRequest): StandinAnswer => {
  try {
    const caller = callerOf(state, request);
    if (!operation.scopes.some((scope) => caller.scopes.includes(scope))) {
      throw insufficientScopes(`calendar.v3.${operation.name}`, [...operation.scopes]);
    }
    refuseOverLimit(state, caller);
    const { status = 200, headers = {}, body } = operation.handle({ state, request, caller });
    const fields = request.query.get('fields');
    return { status, headers, body: fields === null || body === undefined ? body : project(body, fields) };
  } catch (error) {
    if (isRefusal(error)) return error.answer;
    throw error;
  }
};

const common = { vary: 'Origin, X-Origin, Referer', 'cache-control': 'private', server: 'ESF' };

export const routesOf = (state: GoogleState, operation: Operation): Route => ({
  method: operation.method,
  path: `/calendar/v3/${operation.path}`,
  host,
  handle: (request) => {
    const answer = serve(state, operation, request);
    return { ...answer, headers: { ...common, ...answer.headers } };
  },
});
