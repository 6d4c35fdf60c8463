import * as oauth from 'oauth4webapi';
import type { ExchangeRequest, OAuthApp, OAuthFacts, TokenFetch, Tokens } from './connector.ts';

/** OAuth 2.0 as it is written, for providers that keep to it; what they differ in is data of their manifest. */

type Facts = Pick<OAuthFacts, 'tokenUrl' | 'clientAuth' | 'issuer'>;

const serverOf = ({ tokenUrl, issuer }: Facts): oauth.AuthorizationServer => ({
  // Only compared where the provider sends one.
  issuer: issuer ?? new URL(tokenUrl).origin,
  token_endpoint: tokenUrl,
});

const authOf = ({ clientAuth }: Facts, { clientSecret }: OAuthApp): oauth.ClientAuth =>
  clientAuth === 'basic' ? oauth.ClientSecretBasic(clientSecret) : oauth.ClientSecretPost(clientSecret);

const through = (fetch: TokenFetch) => ({ [oauth.customFetch]: fetch as typeof globalThis.fetch });

const exchangeWith =
  (facts: Facts) =>
  async ({ app, redirectUri, code, verifier }: ExchangeRequest, fetch: TokenFetch): Promise<unknown> => {
    const server = serverOf(facts);
    const client = { client_id: app.clientId };
    // State and issuer were checked when the browser came back; the code alone is left.
    const parameters = oauth.validateAuthResponse(
      server,
      client,
      new URLSearchParams({ code }),
      oauth.expectNoState,
    );
    return oauth.authorizationCodeGrantRequest(
      server,
      client,
      authOf(facts, app),
      parameters,
      redirectUri,
      verifier ?? oauth.nopkce,
      through(fetch),
    );
  };

const refreshWith =
  (facts: Facts) =>
  (app: OAuthApp, refreshToken: string, fetch: TokenFetch): Promise<unknown> =>
    oauth.refreshTokenGrantRequest(
      serverOf(facts),
      { client_id: app.clientId },
      authOf(facts, app),
      refreshToken,
      through(fetch),
    );

/** Exchange and refresh by the book; a connector adds how it revokes. */
export const standardTokens = (facts: OAuthFacts | null): Pick<Tokens, 'exchange' | 'refresh'> =>
  facts ? { exchange: exchangeWith(facts), refresh: refreshWith(facts) } : { exchange: null, refresh: null };
