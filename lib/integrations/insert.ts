import { isoNow } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { AppError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import { newIntegrationId } from '../model/ids.ts';
import type { Cause, CredentialRecord, IntegrationRecord, TokenState } from '../model/integration.ts';
import { consentWrites } from '../oauth/consents.ts';
import { insertWrites, listIntegrations } from '../store/integrations.ts';
import { foldedName } from '../store/keys.ts';
import { memberWrites } from '../store/members.ts';
import { transact, type Write } from '../store/table.ts';
import { causeAfter } from '../tokens/commit.ts';
import type { Tried } from './attempt.ts';
import { nothingBefore, secretsOf } from './secrets.ts';

/** An owner's integrations are listed in one go: more than these nobody needs. */
const mostPerOwner = 200;

/** Each time a default name is lost, somebody else got it: so many may connect at one moment. */
const namings = 20;

export type NewConnection = {
  owner: Owner;
  actor: string;
  manifest: Manifest;
  /** The name that was asked for; null takes the provider's, numbered from the second on. */
  name: string | null;
  tried: Tried;
  app: TokenState['app'];
  /** As in `Request`: the integration it made already, and could not answer with, is the one. */
  call: string | null;
  /** Further writes of the same transaction, for the id it gets. */
  also: (id: string) => Write[];
};

/** The name that was asked for, else the provider's, numbered from the second on. */
const nameFor = (
  manifest: Manifest,
  asked: string | null,
  existing: readonly IntegrationRecord[],
): string => {
  if (asked !== null) return asked;
  const names = new Set(
    existing.filter(({ provider }) => provider === manifest.id).map(({ name }) => foldedName(name)),
  );
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? manifest.name : `${manifest.name} ${number}`;
    if (!names.has(foldedName(name))) return name;
  }
};

const recordOf = (
  { owner, actor, manifest, tried, call }: NewConnection,
  name: string,
  grantedScopes: string[] | null,
  cause: Cause | null,
): IntegrationRecord => {
  const at = isoNow();
  const scope = owner.userId === null ? 'organization' : 'user';
  return {
    id: newIntegrationId(scope),
    provider: manifest.id,
    name,
    scope,
    auth: tried.auth,
    enabled: true,
    state: 'active',
    cause,
    since: at,
    account: tried.identity.account,
    tenant: tried.identity.tenant,
    settings: tried.settings,
    secrets: Object.fromEntries(Object.keys(tried.credentials).map((field) => [field, at])),
    grantedScopes,
    lastTestedAt: at,
    lastSyncAt: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    createdBy: actor,
    call,
  };
};

const attemptInsert = async (connection: NewConnection, name: string): Promise<IntegrationRecord> => {
  const { owner, actor, manifest, tried, app } = connection;
  const draft = recordOf(connection, name, null, null);
  const { id, provider } = draft;
  const secrets = await secretsOf(
    owner,
    { id, provider, enabled: true },
    manifest,
    tried,
    app,
    nothingBefore,
  );
  const cause = causeAfter(manifest, secrets.grantedScopes);
  const integration = { ...draft, grantedScopes: secrets.grantedScopes, cause };
  const credential: CredentialRecord = { id, provider, enabled: true, state: 'active', cause, ...secrets };
  const event = eventWrites(owner, {
    actor,
    action: 'integration.created',
    target: id,
    provider,
    outcome: 'ok',
    detail: { name, auth: tried.auth },
  });
  await transact([
    ...insertWrites(owner, integration, credential, manifest.multiple),
    ...memberWrites(owner),
    ...consentWrites(owner, actor, integration, app),
    ...connection.also(id),
    ...event,
  ]);
  return integration;
};

/** Stores a tried connection in one transaction. A default name that somebody took meanwhile is chosen again. */
export const insertIntegration = async (connection: NewConnection): Promise<IntegrationRecord> => {
  for (let attempt = 1; ; attempt += 1) {
    const existing = await listIntegrations(connection.owner);
    const made = existing.find(({ call }) => call !== null && call === connection.call);
    if (made) return made;
    if (existing.length >= mostPerOwner)
      throw new AppError('conflict', `At most ${mostPerOwner} integrations can be connected.`);
    try {
      return await attemptInsert(connection, nameFor(connection.manifest, connection.name, existing));
    } catch (error) {
      const nameTaken = error instanceof AppError && error.code === 'conflict';
      if (!nameTaken || connection.name !== null || attempt === namings) throw error;
    }
  }
};
