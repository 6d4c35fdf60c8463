import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import type { Identity, Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { update } from '../contract/operations/integrations.ts';
import { open } from '../credentials/envelope.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { Action } from '../model/event.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import type { Condition } from '../store/expressions.ts';
import {
  changeWrite,
  credentialWrite,
  findCredential,
  release,
  reserve,
  stale,
} from '../store/integrations.ts';
import { foldedName } from '../store/keys.ts';
import { transact, type Write } from '../store/table.ts';
import { withValidToken } from '../tokens/access.ts';
import {
  authMethod,
  checkFields,
  type FieldValues,
  type Given,
  isBlank,
  mergeFields,
  refuseSecretsOnNewSite,
  refuseUnknownFields,
} from './fields.ts';
import { countProviderCall } from './limit.ts';
import { placeOf } from './place.ts';
import { secretsOf } from './secrets.ts';
import { tryCredentialsOf } from './trying.ts';
import { identify } from './use.ts';

type Body = z.output<typeof update.body>;
/** `unless`: what must not have changed since it was read. */
type Next = { integration: IntegrationRecord; credential: Partial<CredentialRecord>; unless: Condition };

/** Blank secrets are kept. */
const secretsGiven = ({ credentials = {} }: Body): boolean =>
  Object.values(credentials).some((value) => !isBlank(value));

/** A setting given blank or as null is to be removed. */
const settingsGiven = ({ settings = {} }: Body): boolean => Object.keys(settings).length > 0;

/** A consent's settings are tried with the token it has; its secrets stay as they are. */
const retried = async (
  owner: Owner,
  stored: CredentialRecord,
  manifest: Manifest,
  values: FieldValues,
): Promise<Identity> => {
  const credential = { ...(await withValidToken(owner, stored)), settings: values.settings };
  return identify({ owner, credential, manifest });
};

/** Settings and credentials with what was given over what stands, tried at the provider before they replace anything. */
const withNewFields = async (
  caller: Caller,
  owner: Owner,
  seen: IntegrationRecord,
  stored: CredentialRecord,
  given: { settings: Given; credentials: Given },
): Promise<Next> => {
  const manifest = await manifestOf(seen.provider);
  const method = authMethod(manifest, seen.auth);
  const credentials = stored.sealed ? await open(placeOf(owner, stored), stored.sealed) : {};
  const known = new Set(method.fields.map(({ name }) => name));
  // What a consent chose, such as a site, is no field and stays.
  const chosen = Object.fromEntries(Object.entries(seen.settings).filter(([name]) => !known.has(name)));
  const typed = Object.fromEntries(Object.entries(seen.settings).filter(([name]) => known.has(name)));
  const values = checkFields(manifest, method, mergeFields({ settings: typed, credentials }, given));
  refuseSecretsOnNewSite(method, seen.settings, values.settings, given.credentials);
  const settings = { ...chosen, ...values.settings };

  await countProviderCall(caller, seen.id);
  const at = isoNow();
  const since = seen.state === 'active' && seen.cause === null ? seen.since : at;
  const sameSecrets = ['sealedVersion', '=', stored.sealedVersion] as const;
  if (seen.auth === 'oauth2') {
    const { account, tenant } = await retried(owner, stored, manifest, { ...values, settings });
    const integration = { ...seen, settings, account, tenant, lastTestedAt: at };
    return { integration, credential: { settings, account, tenant }, unless: [sameSecrets] };
  }
  const tried = await tryCredentialsOf(manifest, seen.auth, { ...values, settings });
  if (stored.cause === 'provider_outage')
    await (await import('./circuit.ts')).closeCircuit(manifest, { ...stored, settings });
  const { due, dueAt, ...secrets } = await secretsOf(owner, stored, manifest, tried, null, stored);
  const renewed = Object.keys(values.credentials).filter((field) => !isBlank(given.credentials[field]));
  const { account, tenant } = tried.identity;
  return {
    integration: {
      ...seen,
      ...{ state: 'active', cause: null, since, settings, account, tenant, lastTestedAt: at },
      secrets: { ...seen.secrets, ...Object.fromEntries(renewed.map((field) => [field, at])) },
    },
    credential: { ...secrets, state: 'active', cause: null, ...(due !== undefined && { due, dueAt }) },
    // A token that is being made of the old credentials must lose.
    unless: [sameSecrets, ['fence', '=', stored.fence]],
  };
};

const actionOf = (body: Body, enabledChanged: boolean): Action => {
  if (secretsGiven(body)) return 'integration.credentials_changed';
  if (enabledChanged) return body.enabled ? 'integration.enabled' : 'integration.disabled';
  return 'integration.updated';
};

const uniquenessWrites = (owner: Owner, seen: IntegrationRecord, next: IntegrationRecord): Write[] => {
  const renamed = foldedName(next.name) !== foldedName(seen.name);
  const moved = next.account?.id !== seen.account?.id || next.tenant !== seen.tenant;
  return [
    ...(renamed ? [release.name(owner, seen), reserve.name(owner, next)] : []),
    ...(moved ? [...release.upstream(owner, seen), reserve.upstream(owner, next)] : []),
  ];
};

/** Changes what was given and nothing else, if the version is the one the caller saw. */
export const updateIntegration = async (
  caller: Caller,
  seen: IntegrationRecord,
  body: Body,
): Promise<IntegrationRecord> => {
  const given = { settings: body.settings ?? {}, credentials: body.credentials ?? {} };
  refuseUnknownFields(authMethod(await manifestOf(seen.provider), seen.auth), given);
  if (body.version !== seen.version) throw stale();
  const owner = ownerFor(caller, seen.scope);
  const stored = await findCredential(owner, seen.id);
  if (!stored) throw notFound('The integration');

  const fieldsGiven = settingsGiven(body) || secretsGiven(body);
  const changed: Next = fieldsGiven
    ? await withNewFields(caller, owner, seen, stored, given)
    : { integration: seen, credential: {}, unless: [] };
  const enabled = body.enabled ?? seen.enabled;
  const at = isoNow();
  const next: IntegrationRecord = {
    ...changed.integration,
    name: body.name ?? seen.name,
    enabled,
    ...(enabled !== seen.enabled && { since: at }),
    version: seen.version + 1,
    updatedAt: at,
  };
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: actionOf(body, enabled !== seen.enabled),
    target: seen.id,
    provider: seen.provider,
    outcome: 'ok',
    detail: { changed: Object.keys(body).filter((key) => key !== 'version') },
  });
  const sameCredential: Write = {
    ...credentialWrite(owner, seen.id, { ...changed.credential, enabled }),
    when: [['state', '<>', 'deleting'], ...changed.unless],
    otherwise: stale,
  };
  await transact([
    // What was tried just now is what holds, also where the provider rejected the old meanwhile.
    changeWrite(owner, seen, next, fieldsGiven ? ['state', 'cause', 'since'] : []),
    sameCredential,
    ...uniquenessWrites(owner, seen, next),
    ...event,
  ]);
  return next;
};
