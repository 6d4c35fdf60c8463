import { failure, type Issued, issue, openFamily, type TokenContext } from '../../oauth/index.ts';
import type { MicrosoftState } from '../state.ts';
import { noTenant, unknownClient, unknownResource, wrongScope } from './refusals.ts';
import { graphResource } from './tokens.ts';

/** An app that acts for itself, in a directory whose administrator let it in. */

/** `tenant` is null where the path names no directory in particular. */
export const byClientCredentials = (
  state: MicrosoftState,
  { server, client, parameters }: TokenContext,
  tenant: string | null,
): Issued => {
  if (tenant === null) throw noTenant();
  const { scope } = parameters;
  if (scope === undefined) throw failure('parameter_missing', 'scope');
  if (!/^\S+\/\.default$/.test(scope)) throw wrongScope(scope);
  const resource = scope.replace(/\/+\.default$/, '');
  if (![graphResource, '00000003-0000-0000-c000-000000000000'].includes(resource)) {
    throw unknownResource(resource);
  }
  const { tenants } = client.details;
  const granted = typeof tenants === 'object' && tenants !== null && !Array.isArray(tenants) ? tenants : {};
  const roles = granted[tenant];
  // Without any role the token is issued all the same: it is the API that refuses it.
  if (!Array.isArray(roles)) throw unknownClient(client.id, tenant);
  const details = { tenant, roles };
  const family = openFamily(state.oauth, { client: client.id, account: null, scopes: [], details });
  return issue(server, state.oauth, family, { refresh: false });
};
