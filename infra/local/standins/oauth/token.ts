import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Fate,
  hashOf,
  type Route,
  type StandinAnswer,
  type StandinRequest,
  standinNow,
} from '../standin.ts';
import { failure, isFailure, type OAuthFailure, shapeOf } from './errors.ts';
import { grantHandlers } from './grants.ts';
import { tokenAnswer } from './issue.ts';
import { authenticateClient, clientNamed, type Parameters, readBody } from './parameters.ts';
import type { AuthServer, Issued, TokenContext } from './server.ts';
import { makeClient, policyFor } from './state.ts';
import type { OAuthState, TokenCall, TokenFault } from './types.ts';

/** The token endpoint: the grant types, a log of the calls, and faults before and after the handling. */

const mostCalls = 5000;

const format = (
  server: AuthServer,
  status: number,
  body: Record<string, unknown>,
  request: StandinRequest,
): StandinAnswer => {
  const answer = server.format?.(status, body, request) ?? { status, body };
  const isBasic = /^basic /i.test(request.headers['authorization'] ?? '');
  return {
    ...answer,
    headers: {
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...(status === 401 && isBasic && { 'www-authenticate': 'Basic realm="token endpoint"' }),
      ...answer.headers,
    },
  };
};

/** What a token or revocation call is refused with. */
export const refused = (
  server: AuthServer,
  state: OAuthState,
  error: OAuthFailure,
  request: StandinRequest,
  subject: { client: string | null; account: string | null },
): StandinAnswer => {
  const { deadRefresh } = policyFor(server, state, subject.client, subject.account);
  const shape = shapeOf(server, error, deadRefresh);
  const body = server.errorBody?.(shape, error.reason, request) ?? {
    error: shape.error,
    ...(shape.description !== undefined && { error_description: shape.description }),
    ...(shape.uri !== undefined && { error_uri: shape.uri }),
  };
  return format(server, shape.status, body, request);
};

/** Whom a call is about, found before it is handled. */
const entry = (state: OAuthState, parameters: Parameters, client: string | null): TokenCall => {
  const value = parameters['refresh_token'] ?? parameters['code'];
  const presented = value === undefined ? null : hashOf(value);
  const code = state.codes[presented ?? ''];
  const family = state.families[state.refresh[presented ?? '']?.family ?? code?.family ?? ''];
  return {
    at: standinNow(),
    grant: parameters['grant_type'] ?? '',
    client,
    account: family?.account ?? code?.account ?? null,
    family: family?.id ?? null,
    presented,
    outcome: null,
    issued: null,
    fault: null,
  };
};

const handle = (context: TokenContext): Issued => {
  const { server, client, parameters } = context;
  const grant = parameters['grant_type'] ?? '';
  const own = server.grants?.[grant]?.handle;
  const handler = own ?? (server.grantTypes.some((one) => one === grant) ? grantHandlers[grant] : undefined);
  if (!handler) throw failure('grant_unsupported', grant);
  if (client.grants && !client.grants.includes(grant)) throw failure('grant_not_allowed', grant);
  return handler(context);
};

const answerTo = (
  server: AuthServer,
  state: OAuthState,
  request: StandinRequest,
  parameters: Parameters,
  call: TokenCall,
) => {
  try {
    const grant =
      parameters['grant_type'] ?? (server.grantType === 'optional' ? 'authorization_code' : undefined);
    if (grant === undefined) throw failure('parameter_missing', 'grant_type');
    const client =
      server.grants?.[grant]?.client === false
        ? makeClient({ id: '', secret: null })
        : authenticateClient(server, state, parameters, request);
    const context = { server, state, client, parameters: { ...parameters, grant_type: grant }, request };
    const issued = handle(context);
    const { family, access, refresh, graced } = issued;
    Object.assign(call, {
      client: family.client,
      account: family.account,
      family: family.id,
      outcome: graced ? 'grace' : 'issued',
      issued: { access: hashOf(access), refresh: refresh === null ? null : hashOf(refresh) },
    } satisfies Partial<TokenCall>);
    return format(server, 200, tokenAnswer(context, issued), request);
  } catch (error) {
    if (!isFailure(error)) throw error;
    call.outcome = error.reason;
    return refused(server, state, error, request, call);
  }
};

const takeFault = ({ faults }: OAuthState, call: TokenCall): TokenFault | null => {
  const fault = faults.find(({ match, times }) => {
    const names = ['client', 'account', 'family', 'grant'] as const;
    return times > 0 && names.every((name) => match[name] === undefined || match[name] === call[name]);
  });
  if (!fault) return null;
  fault.times -= 1;
  call.fault = `${fault.when} ${fault.act.kind}`;
  return fault;
};

/** An act on the answer; the state is saved before it. */
const acted = (answer: StandinAnswer, { act }: TokenFault): StandinAnswer => {
  if (act.kind === 'answer') {
    const { status, headers = {}, body } = act;
    return { status, headers, body };
  }
  const fate: Fate = act.kind === 'delay' ? act : { kind: act.kind === 'reset' ? 'lose' : act.kind };
  return { ...answer, fate };
};

const serve = async (
  server: AuthServer,
  state: OAuthState,
  request: StandinRequest,
): Promise<StandinAnswer> => {
  let parameters: Parameters;
  try {
    parameters = readBody(server, request);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return refused(server, state, error, request, { client: null, account: null });
  }
  const call = entry(state, parameters, clientNamed(parameters, request));
  state.calls.push(call);
  if (state.calls.length > mostCalls) state.calls.shift();
  const fault = takeFault(state, call);
  if (fault?.when === 'before') {
    if (fault.act.kind !== 'delay')
      return acted({ status: 503, body: { error: 'temporarily_unavailable' } }, fault);
    await sleep(fault.act.ms);
  }
  const answer = answerTo(server, state, request, parameters, call);
  return fault?.when === 'after' ? acted(answer, fault) : answer;
};

export const tokenRoutes = (server: AuthServer, state: OAuthState): Route[] => [
  { method: 'POST', ...server.token, handle: (request) => serve(server, state, request) },
];
