import { randomBytes } from 'node:crypto';
import { hashOf, type Route, type StandinAnswer, type StandinRequest, standinNow } from '../standin.ts';
import { readAuthorization, splitScopes, type Way } from './authorize.ts';
import { failure, isFailure, type OAuthFailure, type Reason, shapeOf } from './errors.ts';
import { consentPage, errorPage, sendBack } from './page.ts';
import {
  type Account,
  type Asked,
  type AuthServer,
  accountNamed,
  type Choice,
  type Granted,
} from './server.ts';
import { consentOf, policyFor, union } from './state.ts';
import type { OAuthState } from './types.ts';

/**
 * The authorization endpoint. A browser gets a page to consent on; a query with `standin_user` (an id or a
 * name of an account) consents at once, with `standin_scopes` and `standin_resources` to part of it, and
 * `standin_deny=1` refuses.
 */

const onPage: Reason[] = ['app_unknown', 'redirect_missing', 'redirect_mismatch'];

const refuse = (server: AuthServer, failed: OAuthFailure, way: Way | null): StandinAnswer => {
  const shape = shapeOf(server, failed);
  if (!way || (server.onPage ?? onPage).includes(failed.reason)) return errorPage(shape);
  const { error, description, uri } = shape;
  return sendBack(server, way, {
    error,
    ...(description !== undefined && { error_description: description }),
    ...(uri !== undefined && { error_uri: uri }),
  });
};

export type Decision = { user: string; scopes: string[] | null; resources: string[] | null; denied: boolean };

const listOf = (server: AuthServer, given: URLSearchParams, name: string): string[] | null =>
  given.has(name) ? given.getAll(name).flatMap((text) => splitScopes(server, text)) : null;

const scripted = (server: AuthServer, { query }: StandinRequest): Decision | null => {
  const user = query.get('standin_user');
  const denied = query.get('standin_deny') === '1';
  if (user === null && !denied) return null;
  return {
    user: user ?? '',
    scopes: listOf(server, query, 'standin_scopes'),
    resources: query.get('standin_resources')?.split(',') ?? null,
    denied,
  };
};

/** A form leaves out what is not ticked. */
const posted = ({ body }: StandinRequest): Decision => {
  const form = new URLSearchParams(body.toString());
  return {
    user: form.get('standin_user') ?? '',
    scopes: form.getAll('standin_scopes'),
    resources: form.getAll('standin_resources'),
    denied: form.get('decision') !== 'allow',
  };
};

export const choose = (server: AuthServer, asked: Asked, decision: Decision): Choice => {
  const account = accountNamed(server, decision.user);
  if (!account) throw failure('parameter_invalid', 'standin_user');
  const open = server.resources?.(account) ?? [];
  const { resources: named, scopes } = decision;
  return {
    account,
    scopes: scopes ? asked.scopes.filter((scope) => scopes.includes(scope)) : asked.scopes,
    resources: open
      .filter(({ id, names }) => named === null || [id, ...names].some((one) => named.includes(one)))
      .map(({ id }) => id),
  };
};

/** Records what the person agrees to, and tells what the app gets. */
export const grant = (server: AuthServer, state: OAuthState, asked: Asked, choice: Choice): Granted => {
  const { client } = asked;
  const { account } = choice;
  const prior = consentOf(state, client.id, account.id);
  const usual: Granted = { scopes: choice.scopes, offline: true, details: {} };
  const granted = { ...usual, ...server.consent?.(asked, choice, prior) };
  state.consents = state.consents.filter((one) => one !== prior);
  state.consents.push({
    client: client.id,
    account: account.id,
    scopes: union(prior?.scopes ?? [], granted.scopes),
    details: { ...prior?.details, ...granted.details },
  });
  return granted;
};

const codeFor = (
  server: AuthServer,
  state: OAuthState,
  asked: Asked,
  account: Account,
  granted: Granted,
): string => {
  const { client, redirectUri, redirectNamed, challenge } = asked;
  const code = server.mint?.code?.(client) ?? randomBytes(24).toString('base64url');
  const { codeSeconds } = policyFor(server, state, client.id, account.id);
  state.codes[hashOf(code)] = {
    client: client.id,
    account: account.id,
    ...granted,
    redirectUri,
    redirectNamed,
    challenge,
    expiresAt: standinNow() + codeSeconds * 1000,
    family: null,
  };
  return code;
};

const decide = (
  server: AuthServer,
  state: OAuthState,
  asked: Asked,
  way: Way,
  decision: Decision,
): StandinAnswer => {
  if (decision.denied) return refuse(server, failure('denied'), way);
  try {
    const choice = choose(server, asked, decision);
    const granted = grant(server, state, asked, choice);
    const code = codeFor(server, state, asked, choice.account, granted);
    const extras = server.redirectExtras?.(asked, granted) ?? {};
    return { ...sendBack(server, way, { code, ...extras }), changed: true };
  } catch (error) {
    if (!isFailure(error)) throw error;
    const isOurs = error.reason === 'parameter_invalid' && error.message === 'standin_user';
    return refuse(server, error, isOurs ? null : way);
  }
};

export const authorizeRoutes = (server: AuthServer, state: OAuthState): Route[] =>
  (['GET', 'POST'] as const).map((method) => ({
    method,
    ...server.authorize,
    handle: (request) => {
      const read = readAuthorization(server, state, request);
      if ('failed' in read) return refuse(server, read.failed, read.way);
      const decision = method === 'POST' ? posted(request) : scripted(server, request);
      return decision
        ? decide(server, state, read.asked, read.way, decision)
        : consentPage(server, read.asked);
    },
  }));
