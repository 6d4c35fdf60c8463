import type { StandinRequest } from '../standin.ts';
import { failure, isFailure, type OAuthFailure } from './errors.ts';
import { type Parameters, readParameters } from './parameters.ts';
import type { Asked, AuthServer } from './server.ts';
import type { Client, OAuthState } from './types.ts';

/** The checks of an authorization request (RFC 6749, 4.1.1; RFC 7636, 4.3). */

/** Where the answer goes once the client and its address are known. */
export type Way = { uri: string; state: string | undefined; mode: 'query' | 'fragment' | 'form_post' };
export type Read = { asked: Asked; way: Way } | { failed: OAuthFailure; way: Way | null };

const isRegistered = ({ redirectUris, redirectPatterns }: Client, uri: string): boolean =>
  redirectUris.includes(uri) || redirectPatterns.some((pattern) => new RegExp(`^(?:${pattern})$`).test(uri));

const redirectOf = (server: AuthServer, client: Client, given: string | undefined): string => {
  if (given !== undefined) {
    if (!isRegistered(client, given)) throw failure('redirect_mismatch', given);
    return given;
  }
  const [only, ...more] = client.redirectUris;
  const clear = only !== undefined && more.length === 0 && client.redirectPatterns.length === 0;
  if (server.redirectUri === 'required' || !clear) throw failure('redirect_missing');
  return only;
};

export const splitScopes = (server: AuthServer, text: string | undefined): string[] =>
  (text ?? '').split(server.scopeSplit ?? / +/).filter((scope) => scope !== '');

const scopesOf = (server: AuthServer, client: Client, text: string | undefined): string[] => {
  const isKnown = (scope: string): boolean =>
    (server.scopes === null || server.scopes.includes(scope)) &&
    (client.scopes === null || client.scopes.includes(scope));
  const asked = [...new Set(splitScopes(server, text))];
  const unknown = asked.find((scope) => !isKnown(scope));
  if (unknown !== undefined && server.unknownScopes === 'refuse') throw failure('scope_unknown', unknown);
  return asked.filter(isKnown);
};

const challengeOf = ({ pkce }: AuthServer, client: Client, parameters: Parameters): Asked['challenge'] => {
  if (!pkce) return null;
  const { code_challenge: value, code_challenge_method: named } = parameters;
  if (value === undefined) {
    if (named !== undefined || pkce.required || client.secretHash === null) throw failure('pkce_missing');
    return null;
  }
  const method = pkce.methods.find((candidate) => candidate === (named ?? 'plain'));
  if (!method) throw failure('pkce_method');
  if (!/^[\w.~-]{43,128}$/.test(value)) throw failure('pkce_malformed');
  return { value, method };
};

const modeOf = (server: AuthServer, named: string | undefined): Way['mode'] => {
  const modes = server.responseModes ?? ['query'];
  return modes.find((mode) => mode === named) ?? 'query';
};

const checked = (
  server: AuthServer,
  client: Client,
  parameters: Parameters,
  request: StandinRequest,
  uri: string,
): Asked => {
  const type = parameters['response_type'] ?? (server.responseType === 'optional' ? 'code' : undefined);
  if (type === undefined) throw failure('parameter_missing', 'response_type');
  if (type !== 'code') throw failure('response_type', type);
  for (const [name, values] of Object.entries(server.required ?? {})) {
    const value = parameters[name];
    if (value === undefined) throw failure('parameter_missing', name);
    if (values && !values.includes(value)) throw failure('parameter_invalid', name);
  }
  const asked: Asked = {
    client,
    redirectUri: uri,
    redirectNamed: parameters['redirect_uri'] !== undefined,
    scopes: scopesOf(server, client, parameters['scope']),
    challenge: challengeOf(server, client, parameters),
    parameters,
    request,
  };
  server.check?.(asked);
  return asked;
};

export const readAuthorization = (server: AuthServer, state: OAuthState, request: StandinRequest): Read => {
  let way: Way | null = null;
  try {
    const given = request.query;
    // Before the address is known to be the client's, nothing may be sent there.
    const client = state.clients[given.get('client_id') ?? ''];
    if (!given.get('client_id')) throw failure('parameter_missing', 'client_id');
    if (!client) throw failure('app_unknown');
    const answerTo = (uri: string): Way => ({
      uri,
      state: given.get('state') ?? undefined,
      mode: modeOf(server, given.get('response_mode') ?? undefined),
    });
    for (const name of ['client_id', 'redirect_uri']) {
      if (given.getAll(name).length > 1) throw failure('parameter_repeated', name);
    }
    const [first] = client.redirectUris;
    // Where the provider tells the client of a wrong address, it does so at the registered one.
    if (first !== undefined) way = answerTo(first);
    const uri = redirectOf(server, client, given.get('redirect_uri') || undefined);
    way = answerTo(uri);
    return { asked: checked(server, client, readParameters(given), request, uri), way };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { failed: error, way };
  }
};
