import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { update } from '../contract/operations/integrations.ts';
import { open, seal } from '../credentials/envelope.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { Action } from '../model/event.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
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
import { identify } from './attempt.ts';
import {
  authMethod,
  checkFields,
  type Given,
  isBlank,
  mergeFields,
  refuseSecretsOnNewSite,
  refuseUnknownFields,
} from './fields.ts';
import { countProviderCall } from './limit.ts';
import { placeOf } from './use.ts';

type Body = z.output<typeof update.body>;
type Next = { integration: IntegrationRecord; credential: Partial<CredentialRecord> };

/** Blank secrets are kept. */
const secretsGiven = ({ credentials = {} }: Body): boolean =>
  Object.values(credentials).some((value) => !isBlank(value));

/** A setting given as null is to be removed. */
const settingsGiven = ({ settings = {} }: Body): boolean =>
  Object.values(settings).some((value) => value === null || !isBlank(value));

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
  const opened = stored.sealed ? await open(placeOf(owner, stored), stored.sealed) : {};
  const values = checkFields(
    manifest,
    method,
    mergeFields({ settings: seen.settings, credentials: opened }, given),
  );
  refuseSecretsOnNewSite(method, seen.settings, values.settings, given.credentials);

  await countProviderCall(caller, seen.id);
  const { account, tenant } = await identify(manifest, values);
  const at = isoNow();
  const sealedVersion = stored.sealedVersion + 1;
  const place = placeOf(owner, { ...stored, sealedVersion });
  const renewed = Object.keys(values.credentials).filter((field) => !isBlank(given.credentials[field]));
  const secrets = { ...seen.secrets, ...Object.fromEntries(renewed.map((field) => [field, at])) };
  const healthy = { state: 'active', cause: null, since: seen.state === 'active' ? seen.since : at } as const;
  return {
    integration: {
      ...seen,
      ...healthy,
      settings: values.settings,
      account,
      tenant,
      secrets,
      lastTestedAt: at,
    },
    credential: {
      state: 'active',
      settings: values.settings,
      account,
      sealedVersion,
      sealed: await seal(place, values.credentials),
    },
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
    : { integration: seen, credential: {} };
  const enabled = body.enabled ?? seen.enabled;
  const next: IntegrationRecord = {
    ...changed.integration,
    name: body.name ?? seen.name,
    enabled,
    version: seen.version + 1,
    updatedAt: isoNow(),
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
    when: [
      ['sealedVersion', '=', stored.sealedVersion],
      ['state', '<>', 'deleting'],
    ],
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
