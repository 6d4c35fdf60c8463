import type { Route } from '../standin.ts';
import { authorizeRoutes } from './consent.ts';
import { revokeRoutes } from './revoke.ts';
import type { AuthServer } from './server.ts';
import { tokenRoutes } from './token.ts';
import type { OAuthState } from './types.ts';

/**
 * The authorization servers of the stand-ins: RFC 6749, 7636, 7009, 9207 and 9700 as functions, what a
 * provider does differently as data and hooks (`server.ts`). A stand-in keeps an `OAuthState` in its state,
 * adds `oauthRoutes` to its routes and `oauthControls` to its controls, and asks `accessOf` what a bearer
 * token stands for.
 */

export { oauthControls } from './controls.ts';
export { failure, type OAuthFailure, type Reason } from './errors.ts';
export { issue } from './issue.ts';
export { authenticateClient, basicPair, isSecret } from './parameters.ts';
export { standardPolicy } from './policy.ts';
export { revokeToken } from './revoke.ts';
export type {
  Account,
  Asked,
  AuthServer,
  Choice,
  Granted,
  Issued,
  TokenContext,
} from './server.ts';
export {
  type Access,
  accessOf,
  type ClientInput,
  consentOf,
  endFamily,
  endGrant,
  hosts,
  loopbackRedirect,
  makeOAuth,
  openFamily,
  policyFor,
} from './state.ts';
export type { Client, Consent, Data, ErrorShape, Family, OAuthState, Policy } from './types.ts';

export const oauthRoutes = (server: AuthServer, state: OAuthState): Route[] => [
  ...authorizeRoutes(server, state),
  ...tokenRoutes(server, state),
  ...revokeRoutes(server, state),
];
