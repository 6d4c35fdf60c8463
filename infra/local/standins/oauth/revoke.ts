import { hashOf, type Route, type StandinAnswer, type StandinRequest } from '../standin.ts';
import { failure, isFailure } from './errors.ts';
import { authenticateClient, readBody } from './parameters.ts';
import type { AuthServer } from './server.ts';
import { endFamily, endGrant } from './state.ts';
import { refused } from './token.ts';
import type { Family, OAuthState } from './types.ts';

/** RFC 7009, and how wide it reaches at each provider. */

type Effect = 'token' | 'family' | 'account';

const familyOf = (state: OAuthState, value: string): Family | undefined => {
  const hash = hashOf(value);
  return state.families[(state.access[hash] ?? state.refresh[hash])?.family ?? ''];
};

/** Ends a token and what hangs on it; whether there was anything to end. */
export const revokeToken = (
  server: AuthServer,
  state: OAuthState,
  value: string,
  effect: Effect,
): boolean => {
  const access = state.access[hashOf(value)];
  const family = familyOf(state, value);
  if (!family || family.ended || access?.revoked) return false;
  const { client, account } = family;
  if (effect === 'account' && account !== null) endGrant(server, state, { client, account }, 'client');
  else if (effect === 'token' && access) access.revoked = true;
  else endFamily(server, state, family, 'client');
  return true;
};

const serve = (server: AuthServer, state: OAuthState, request: StandinRequest): StandinAnswer => {
  const { revoke } = server;
  if (!revoke) throw new Error('no revocation endpoint');
  try {
    const parameters = readBody(server, request);
    const client = revoke.clientAuth ? authenticateClient(server, state, parameters, request) : null;
    const { token } = parameters;
    if (token === undefined) throw failure('parameter_missing', 'token');
    const family = familyOf(state, token);
    if (client && family && family.client !== client.id) throw failure('revoke_of_other');
    const done = revokeToken(server, state, token, revoke.effect);
    if (!done && revoke.unknown) throw failure('parameter_invalid', 'token', revoke.unknown);
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      ...(revoke.body && { body: revoke.body }),
    };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return refused(server, state, error, request, { client: null, account: null });
  }
};

export const revokeRoutes = (server: AuthServer, state: OAuthState): Route[] =>
  server.revoke
    ? [
        {
          method: 'POST',
          host: server.revoke.host,
          path: server.revoke.path,
          handle: (request) => serve(server, state, request),
        },
      ]
    : [];
