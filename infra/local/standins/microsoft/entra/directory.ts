import { basicPair, type Client, failure, isSecret } from '../../oauth/index.ts';
import type { StandinRequest } from '../../standin.ts';
import { type MicrosoftState, tenantNamed } from '../state.ts';
import { expiredSecret, noSecret, unknownClient, unknownTenant, wrongSecret } from './refusals.ts';

/** Which directory an address names, and which app calls. */

const anyTenant = ['common', 'organizations', 'consumers'];

/** Null where the path names no directory in particular, as that of a control does not. */
export const tenantOf = (state: MicrosoftState, { params }: StandinRequest): string | null => {
  const name = params['tenant'] ?? 'common';
  if (anyTenant.includes(name.toLowerCase())) return null;
  const tenant = tenantNamed(state, name);
  if (!tenant) throw unknownTenant(name);
  return tenant.id;
};

/** The secret is in the body, or in a Basic header, of a client that the directory knows. */
export const authenticate = (
  state: MicrosoftState,
  parameters: Readonly<Record<string, string>>,
  request: StandinRequest,
): Client => {
  tenantOf(state, request);
  const basic = basicPair(request.headers['authorization']);
  const id = basic?.id ?? parameters['client_id'];
  const secret = basic?.secret ?? parameters['client_secret'];
  if (id === undefined) throw failure('parameter_missing', 'client_id');
  const client = state.oauth.clients[id];
  if (!client) throw unknownClient(id, request.params['tenant'] ?? '');
  if (client.secretHash === null) return client;
  if (secret === undefined) throw noSecret();
  if (!isSecret(client, secret)) throw wrongSecret(id);
  if (client.details['secretExpired'] === true) throw expiredSecret(id);
  return client;
};
