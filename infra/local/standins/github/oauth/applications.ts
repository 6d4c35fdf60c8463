import { type AuthServer, accessOf, basicPair, hosts, isSecret, revokeToken } from '../../oauth/index.ts';
import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import { badCredentials, docs, invalidFields, isRefusal, notFound } from '../errors.ts';
import type { State } from '../state.ts';

/** How an app gives back a token, or everything a person granted it ("OAuth authorizations" of the REST API). */

const tokenIn = ({ body }: StandinRequest): string => {
  let given: unknown = null;
  try {
    given = (JSON.parse(body.toString()) as { access_token?: unknown }).access_token;
  } catch {
    // No JSON is as good as no token.
  }
  if (typeof given === 'string' && given !== '') return given;
  throw invalidFields([{ resource: 'OauthAccess', field: 'access_token', code: 'missing_field' }]);
};

const give = (
  server: AuthServer,
  state: State,
  request: StandinRequest,
  effect: 'family' | 'account',
): StandinAnswer => {
  const id = request.params['client_id'];
  const basic = basicPair(request.headers['authorization']);
  const client = basic && state.oauth.clients[basic.id];
  if (!client || !isSecret(client, basic.secret)) throw badCredentials();
  if (client.id !== id) throw notFound();
  const value = tokenIn(request);
  // Only a token that still works stands for anybody.
  const isTheirs = accessOf(state.oauth, value)?.family.client === client.id;
  if (!isTheirs || !revokeToken(server, state.oauth, value, effect)) throw notFound();
  return { status: 204 };
};

const routeOf = (server: AuthServer, state: State, name: 'token' | 'grant'): Route => ({
  method: 'DELETE',
  path: `/applications/{client_id}/${name}`,
  host: hosts('api.github.com'),
  handle: (request) => {
    try {
      return give(server, state, request, name === 'grant' ? 'account' : 'family');
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const page = name === 'grant' ? 'delete-an-app-authorization' : 'delete-an-app-token';
      return error.answer(docs(`apps/oauth-applications#${page}`));
    }
  },
});

export const applicationRoutes = (server: AuthServer, state: State): Route[] => [
  routeOf(server, state, 'token'),
  routeOf(server, state, 'grant'),
];
