import { createPublicKey } from 'node:crypto';
import type { OAuthFailure } from '../../oauth/index.ts';
import type { Route, StandinAnswer, StandinRequest } from '../../standin.ts';
import type { MicrosoftState } from '../state.ts';
import { tenantOf } from './directory.ts';
import { errorBody } from './errors.ts';

/** The documents by which clients find their way. */

const host = /^login\.(microsoftonline|microsoft)\.com$|^login\.windows\.net$/i;
const login = 'https://login.microsoftonline.com';

const instance = {
  tenant_discovery_endpoint: `${login}/common/v2.0/.well-known/openid-configuration`,
  'api-version': '1.1',
  metadata: [
    {
      preferred_network: 'login.microsoftonline.com',
      preferred_cache: 'login.windows.net',
      aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
    },
  ],
};

const configuration = (name: string, tenant: string) => ({
  token_endpoint: `${login}/${name}/oauth2/v2.0/token`,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  jwks_uri: `${login}/${name}/discovery/v2.0/keys`,
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  issuer: `${login}/${tenant}/v2.0`,
  request_uri_parameter_supported: false,
  userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
  authorization_endpoint: `${login}/${name}/oauth2/v2.0/authorize`,
  end_session_endpoint: `${login}/${name}/oauth2/v2.0/logout`,
  tenant_region_scope: null,
  cloud_instance_name: 'microsoftonline.com',
  cloud_graph_host_name: 'graph.windows.net',
  msgraph_host: 'graph.microsoft.com',
});

const isFailure = (error: unknown): error is OAuthFailure =>
  error instanceof Error && 'reason' in error && 'shape' in error;

const discover = (state: MicrosoftState, request: StandinRequest): StandinAnswer => {
  try {
    const tenant = tenantOf(state, request) ?? '{tenantid}';
    return { status: 200, body: configuration(request.params['tenant'] ?? '', tenant) };
  } catch (error) {
    if (!isFailure(error) || !error.shape) throw error;
    return { status: 400, body: errorBody({ ...error.shape, error: 'invalid_tenant' }, request) };
  }
};

export const discoveryRoutes = (state: MicrosoftState): Route[] => [
  {
    method: 'GET',
    host,
    path: '/common/discovery/instance',
    handle: () => ({ status: 200, body: instance }),
  },
  {
    method: 'GET',
    host,
    path: '/{tenant}/v2.0/.well-known/openid-configuration',
    handle: (request) => discover(state, request),
  },
  {
    method: 'GET',
    host,
    path: '/{tenant}/discovery/v2.0/keys',
    handle: () => {
      const key = createPublicKey(state.signing.publicKey).export({ format: 'jwk' });
      return { status: 200, body: { keys: [{ ...key, kid: state.signing.id, use: 'sig' }] } };
    },
  },
];
