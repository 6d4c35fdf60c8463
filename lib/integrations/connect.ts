import type * as z from 'zod/mini';
import { settings as environment } from '../config/env.ts';
import type { AuthMethod, Manifest } from '../connectors/connector.ts';
import { findManifest } from '../connectors/registry.ts';
import type { connect } from '../contract/operations/integrations.ts';
import { AppError, invalidField } from '../errors/error.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { beginConsent } from '../oauth/begin.ts';
import { limitsOf, requireRoom } from '../plans/limits.ts';
import { authMethod, checkFields, type FieldValues } from './fields.ts';
import { insertIntegration } from './insert.ts';
import { countProviderCall } from './limit.ts';
import { tryCredentialsOf } from './trying.ts';
import { holderView } from './view.ts';

export type ConnectBody = z.output<typeof connect.body>;
export type CheckedConnect = { manifest: Manifest; method: AuthMethod; values: FieldValues; owner: Owner };

/** The plan claim that includes premium providers. */
const premiumPlan = 'premium';

const notConnectable = ({ plan }: Caller, { name, status, statusReason }: Manifest): AppError =>
  new AppError(
    status === 'premium' && plan !== premiumPlan ? 'plan_required' : 'provider_not_available',
    statusReason ?? `${name} cannot be connected.`,
  );

/** What was asked, checked in the contract's order: shape (400), role (403), then whether it can be connected at all (409). */
export const checkConnect = async (caller: Caller, body: ConnectBody): Promise<CheckedConnect> => {
  const manifest = await findManifest(body.provider);
  if (!manifest) throw invalidField('provider', 'is not a provider of the catalogue');
  if (!manifest.scopes.includes(body.scope))
    throw invalidField('scope', `must be one of ${manifest.scopes.join(', ')} for ${manifest.name}`);
  if (body.returnTo !== undefined && !Object.hasOwn(environment().returnPages, body.returnTo))
    throw invalidField('returnTo', 'is not a page to return to');
  const available = manifest.status === 'available';
  const method = available ? authMethod(manifest, body.auth) : null;
  const given = { settings: body.settings ?? {}, credentials: body.credentials ?? {} };
  const values = method && checkFields(manifest, method, given);
  if (body.scope === 'organization' && caller.role !== 'admin')
    throw new AppError('forbidden', 'Only admins may connect for the organisation.');
  if (!method || !values) throw notConnectable(caller, manifest);
  return { manifest, method, values, owner: ownerFor(caller, body.scope) };
};

/** Connects with credentials that were typed in: they are tried at the provider first, then everything is stored. */
const connectWithCredentials = async (
  caller: Caller,
  { manifest, method, values, owner }: CheckedConnect,
  name: string | null,
  call: string | null,
): Promise<IntegrationRecord> => {
  await countProviderCall(caller, null);
  const tried = await tryCredentialsOf(manifest, method.kind, values);
  const connection = { owner, actor: caller.userId, manifest, name, tried, app: null, askedAt: null, call };
  return insertIntegration({ ...connection, most: limitsOf(caller).integrations, also: () => [] });
};

/** Credentials connect at once; a consent is begun, and ends in `oauth/complete`. */
export const connectProvider = async (caller: Caller, body: ConnectBody, call: string | null) => {
  const checked = await checkConnect(caller, body);
  const { manifest, method, values, owner } = checked;
  await requireRoom(caller, owner);
  const name = body.name ?? null;
  if (method.kind !== 'oauth2') {
    const integration = await connectWithCredentials(caller, checked, name, call);
    return { created: { integration: await holderView(integration) } };
  }
  const { oauth } = manifest;
  if (!oauth) throw new AppError('oauth_not_configured', `${manifest.name} has no consent.`);
  const attempt = await beginConsent(caller, {
    manifest: { ...manifest, oauth },
    scope: body.scope,
    name,
    settings: values.settings,
    integrationId: null,
    scopes: oauth.scopes.map(({ scope }) => scope),
    returnTo: body.returnTo ?? 'default',
  });
  return { begun: { attempt } };
};
