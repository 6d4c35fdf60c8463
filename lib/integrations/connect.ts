import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import { settings as environment } from '../config/env.ts';
import type { Identity, Manifest } from '../connectors/connector.ts';
import { findManifest } from '../connectors/registry.ts';
import type { connect } from '../contract/operations/integrations.ts';
import { seal } from '../credentials/envelope.ts';
import { AppError, invalidField } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import { newIntegrationId } from '../model/ids.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import { insertWrites, listIntegrations } from '../store/integrations.ts';
import { foldedName } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { identify } from './attempt.ts';
import { authMethod, checkFields, type FieldValues } from './fields.ts';
import { countProviderCall } from './limit.ts';

export type ConnectBody = z.output<typeof connect.body>;

/** An owner's integrations are listed in one go: more than these nobody needs. */
const mostPerOwner = 200;

/** Each time a default name is lost, somebody else got it: so many may connect at one moment. */
const namings = 20;

/** The plan claim that includes premium providers. */
const premiumPlan = 'premium';

const notConnectable = ({ plan }: Caller, { name, status, statusReason }: Manifest): AppError =>
  new AppError(
    status === 'premium' && plan !== premiumPlan ? 'plan_required' : 'provider_not_available',
    statusReason ?? `${name} cannot be connected.`,
  );

/** What was asked, checked in the contract's order: shape (400), role (403), then whether it can be connected at all (409). */
export const checkConnect = async (caller: Caller, body: ConnectBody) => {
  const manifest = await findManifest(body.provider);
  if (!manifest) throw invalidField('provider', 'is not a provider of the catalogue');
  if (!manifest.scopes.includes(body.scope))
    throw invalidField('scope', `must be one of ${manifest.scopes.join(', ')} for ${manifest.name}`);
  if (body.returnTo !== undefined && !Object.hasOwn(environment().returnPages, body.returnTo))
    throw invalidField('returnTo', 'is not a page to return to');
  const available = manifest.status === 'available';
  const given = { settings: body.settings ?? {}, credentials: body.credentials ?? {} };
  const values = available ? checkFields(manifest, authMethod(manifest, body.auth), given) : null;
  if (body.scope === 'organization' && caller.role !== 'admin')
    throw new AppError('forbidden', 'Only admins may connect for the organisation.');
  if (!values) throw notConnectable(caller, manifest);
  return { manifest, values, owner: ownerFor(caller, body.scope) };
};

/** The name that was asked for, else the provider's, numbered from the second on. */
const nameFor = (
  manifest: Manifest,
  asked: string | undefined,
  taken: readonly IntegrationRecord[],
): string => {
  if (asked !== undefined) return asked;
  const names = new Set(
    taken.filter(({ provider }) => provider === manifest.id).map(({ name }) => foldedName(name)),
  );
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? manifest.name : `${manifest.name} ${number}`;
    if (!names.has(foldedName(name))) return name;
  }
};

const recordOf = (
  caller: Caller,
  body: ConnectBody,
  values: FieldValues,
  { account, tenant }: Identity,
  name: string,
): IntegrationRecord => {
  const at = isoNow();
  return {
    id: newIntegrationId(body.scope),
    provider: body.provider,
    name,
    scope: body.scope,
    auth: body.auth,
    enabled: true,
    state: 'active',
    cause: null,
    since: at,
    account,
    tenant,
    settings: values.settings,
    secrets: Object.fromEntries(Object.keys(values.credentials).map((field) => [field, at])),
    grantedScopes: null,
    lastTestedAt: at,
    lastSyncAt: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    createdBy: caller.userId,
  };
};

/** What a use reads, with the credentials sealed for this integration alone. */
const sealedCredential = async (
  owner: Owner,
  { id, provider, auth, settings, account }: IntegrationRecord,
  credentials: Record<string, string>,
): Promise<CredentialRecord> => ({
  id,
  provider,
  auth,
  enabled: true,
  state: 'active',
  settings,
  account,
  sealedVersion: 1,
  sealed: await seal({ ...owner, holder: id, provider, field: 'credentials', version: 1 }, credentials),
});

/**
 * Connects with credentials that were typed in: they are tried at the provider first, then everything
 * is stored in one transaction. A default name that somebody took meanwhile is chosen again.
 */
export const connectWithCredentials = async (
  caller: Caller,
  body: ConnectBody,
): Promise<IntegrationRecord> => {
  const { manifest, values, owner } = await checkConnect(caller, body);
  await countProviderCall(caller, null);
  const identity = await identify(manifest, values);

  for (let attempt = 1; ; attempt += 1) {
    const existing = await listIntegrations(owner);
    if (existing.length >= mostPerOwner)
      throw new AppError('conflict', `At most ${mostPerOwner} integrations can be connected.`);
    const name = nameFor(manifest, body.name, existing);
    const integration = recordOf(caller, body, values, identity, name);
    const event = eventWrites(owner, {
      actor: caller.userId,
      action: 'integration.created',
      target: integration.id,
      provider: manifest.id,
      outcome: 'ok',
      detail: { name, auth: body.auth },
    });
    const credential = await sealedCredential(owner, integration, values.credentials);
    try {
      await transact([...insertWrites(owner, integration, credential, manifest.multiple), ...event]);
      return integration;
    } catch (error) {
      const nameTaken = error instanceof AppError && error.code === 'conflict';
      if (!nameTaken || body.name !== undefined || attempt === namings) throw error;
    }
  }
};
