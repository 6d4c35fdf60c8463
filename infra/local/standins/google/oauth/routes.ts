import { oauthRoutes } from '../../oauth/index.ts';
import type { Route, StandinRequest } from '../../standin.ts';
import type { GoogleState } from '../state.ts';
import { identityRoutes } from './identity.ts';
import { googleServer } from './server.ts';

/** Sign-in with Google. */

/** Google documents revocation with the token in the query of a POST without a body. */
const withTokenOfQuery = (request: StandinRequest): StandinRequest => {
  const token = request.query.get('token');
  if (token === null) return request;
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams({ token }).toString()),
  };
};

export const signInRoutes = (state: GoogleState): Route[] => {
  const server = googleServer(state);
  const routes = oauthRoutes(server, state.oauth).map((route) =>
    route.path === server.revoke?.path
      ? { ...route, handle: (request: StandinRequest) => route.handle(withTokenOfQuery(request)) }
      : route,
  );
  return [...routes, ...identityRoutes(state)];
};
