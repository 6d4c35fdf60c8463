import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node';
import type { OAuthApp, TokenFetch, Tokens } from '../connector.ts';

const login = 'https://login.microsoftonline.com';

/** MSAL's requests through our door. It repeats nothing: one request is all there is. */
const networkThrough = (fetch: TokenFetch): INetworkModule => {
  const ask = async <T>(method: string, url: string, { headers, body }: NetworkRequestOptions = {}) => {
    const response = await fetch(url, {
      method,
      headers: headers ?? {},
      ...(body !== undefined && { body }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as T,
    };
  };
  return {
    sendGetRequestAsync: (url, options) => ask('GET', url, options),
    sendPostRequestAsync: (url, options) => ask('POST', url, options),
  };
};

/** What MSAL would ask Microsoft about its endpoints, known beforehand. */
const metadataOf = (authority: string): string =>
  JSON.stringify({
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    issuer: `${authority}/v2.0`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  });

/** One application per request: it keeps a cache of tokens that is not ours, and after a 503 refuses the next try. */
const application = (clientId: string, clientSecret: string, tenant: string, fetch: TokenFetch) => {
  const authority = `${login}/${tenant}`;
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority,
      authorityMetadata: metadataOf(authority),
      knownAuthorities: ['login.microsoftonline.com'],
    },
    system: {
      networkClient: networkThrough(fetch),
      loggerOptions: { loggerCallback: () => {}, piiLoggingEnabled: false },
    },
  });
};

const forApp = ({ clientId, clientSecret, settings }: OAuthApp, fetch: TokenFetch) =>
  application(clientId, clientSecret, settings['tenant'] ?? 'organizations', fetch);

/** What was granted, whatever it is: a refresh that names a scope which was not is refused as a whole. */
const everything = ['https://graph.microsoft.com/.default'];

export const tokens: Tokens = {
  exchange: ({ app, redirectUri, code, verifier, scopes }, fetch) =>
    forApp(app, fetch).acquireTokenByCode({
      code,
      redirectUri,
      scopes: [...scopes],
      ...(verifier !== null && { codeVerifier: verifier }),
    }),

  refresh: (app, refreshToken, fetch) =>
    forApp(app, fetch).acquireTokenByRefreshToken({ refreshToken, scopes: everything }),

  mint: ({ settings, credentials }, fetch) =>
    application(
      settings['clientId'] ?? '',
      credentials['clientSecret'] ?? '',
      settings['tenantId'] ?? '',
      fetch,
    ).acquireTokenByClientCredential({ scopes: everything }),

  revoke: null,
};
