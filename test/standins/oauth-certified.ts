import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oauth from 'oauth4webapi';
import Provider from 'oidc-provider';
import { openOAuth, redirectUri, secret } from './oauth-standin.ts';

/** The certified authorization server and ours, under the same configuration, behind the same client. */

/** Codes of `quick` live for one second. */
const ids = ['app', 'quick', 'other'];
const quickSeconds = 1;
const hour = 3600;
const insecure = { [oauth.allowInsecureRequests]: true };

export type Target = {
  as: oauth.AuthorizationServer;
  /** Ada agrees; the address her browser is sent to, or the status where it is sent nowhere. */
  agree: (address: URL) => Promise<URL | number>;
  works: (access: string) => Promise<boolean>;
  stop: () => Promise<void>;
};

export const openStandin = async (): Promise<Target> => {
  const issuer = 'http://login.example';
  const standin = await openOAuth({
    issuer,
    pkce: { methods: ['S256'], required: true },
    // The certified server knows no other effect.
    revoke: { host: /./, path: '/revoke', effect: 'family', clientAuth: true },
  });
  for (const id of ids) {
    const policy = id === 'quick' ? { codeSeconds: quickSeconds } : {};
    await standin.control('POST', 'clients', {
      id,
      secret,
      redirectUris: [redirectUri],
      auth: 'basic',
      policy,
    });
  }
  const { origin, works, stop } = standin;
  return {
    as: {
      issuer,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
      authorization_response_iss_parameter_supported: true,
    },
    agree: async (address) => {
      address.searchParams.set('standin_user', 'ada');
      const { status, headers } = await fetch(address, { redirect: 'manual' });
      const location = headers.get('location');
      return location === null ? status : new URL(location);
    },
    works,
    stop,
  };
};

const configuration = {
  clients: ids.map((id) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
  })),
  scopes: ['openid', 'offline_access', 'read', 'write'],
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  cookies: { keys: ['for-tests'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  clockTolerance: 0,
  ttl: {
    AuthorizationCode: (_context: unknown, _code: unknown, { clientId }: { clientId: string }) =>
      clientId === 'quick' ? quickSeconds : hour,
    AccessToken: hour,
    IdToken: hour,
    RefreshToken: hour,
    Grant: hour,
    Session: hour,
    Interaction: hour,
  },
  interactions: { url: () => '/agree' },
  findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
};

/** Logs Ada in and agrees to everything at once. */
const interact = async (provider: Provider, request: IncomingMessage, response: ServerResponse) => {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'ada', clientId: params['client_id'] ?? '' });
  grant.addOIDCScope(params['scope'] ?? '');
  const result = { login: { accountId: 'ada' }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
};

/** Follows a browser's way through redirects with its cookies, up to the first that leads elsewhere. */
const browse = async (start: URL): Promise<URL | number> => {
  const cookies = new Map<string, string>();
  let address = start;
  for (;;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { status, headers } = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = headers.get('location');
    if (location === null) return status;
    address = new URL(location, address);
    if (address.origin !== start.origin) return address;
  }
};

export const openCertified = async (): Promise<Target> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration);
  const serve = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/agree')) serve(request, response);
    else void interact(provider, request, response).catch(() => response.destroy());
  });
  const as = await oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), insecure),
  );
  return {
    as,
    agree: browse,
    works: async (access) => {
      const headers = { authorization: `Bearer ${access}` };
      return (await fetch(as.userinfo_endpoint ?? '', { headers })).status === 200;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export type Outcome = { status: number; error: string | null };
export type Got = { access: string; refresh: string };

/** The client's steps, all by `oauth4webapi`. */
export const clientOf = ({ as, agree }: Target, id = 'app', clientSecret = secret) => {
  const client = { client_id: id };
  const auth = oauth.ClientSecretBasic(clientSecret);
  const read = async (response: Response): Promise<Outcome & Got> => {
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, string | undefined>;
    return {
      status: response.status,
      error: body['error'] ?? null,
      access: body['access_token'] ?? '',
      refresh: body['refresh_token'] ?? '',
    };
  };
  return {
    ask: async (query: Record<string, string> = {}) => {
      const verifier = oauth.generateRandomCodeVerifier();
      const address = new URL(as.authorization_endpoint ?? '');
      const request = {
        client_id: id,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid offline_access read write',
        prompt: 'consent',
        state: 'the-state',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...query,
      };
      for (const [name, value] of Object.entries(request)) if (value) address.searchParams.set(name, value);
      return { verifier, back: await agree(address) };
    },
    redeem: async (back: URL | number, verifier: string, uri = redirectUri) => {
      if (typeof back === 'number') throw new Error(`not sent back: ${back}`);
      const parameters = oauth.validateAuthResponse(as, client, back, 'the-state');
      return read(
        await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, uri, verifier, insecure),
      );
    },
    refresh: async (token: string, additionalParameters: Record<string, string> = {}) =>
      read(
        await oauth.refreshTokenGrantRequest(as, client, auth, token, { ...insecure, additionalParameters }),
      ),
    revoke: async (token: string) => read(await oauth.revocationRequest(as, client, auth, token, insecure)),
  };
};
