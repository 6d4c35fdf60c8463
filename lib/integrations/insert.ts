import { isoNow } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { AppError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import { newIntegrationId } from '../model/ids.ts';
import type { CredentialRecord, IntegrationRecord, TokenState } from '../model/integration.ts';
import { consentWrites } from '../oauth/consents.ts';
import { requireRoomFor } from '../plans/limits.ts';
import { again } from '../store/again.ts';
import type { Condition } from '../store/expressions.ts';
import { insertWrites, isNameTaken, listIntegrations } from '../store/integrations.ts';
import { foldedName, keys } from '../store/keys.ts';
import { memberWrites } from '../store/members.ts';
import { get, transact, type Write } from '../store/table.ts';
import { causeAfter } from '../tokens/commit.ts';
import type { Tried } from './attempt.ts';
import { nothingBefore, secretsOf, shownOf } from './secrets.ts';

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
  /** As in `consentWrites`. */
  askedAt: number | null;
  /** As in `Request`: the integration it made already, and could not answer with, is the one. */
  call: string | null;
  /** How many integrations the plan includes; null without bound. */
  most: number | null;
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
): Omit<IntegrationRecord, 'grantedScopes' | 'cause'> => {
  const at = isoNow();
  const scope = owner.userId === null ? 'organization' : 'user';
  return {
    id: newIntegrationId(scope),
    provider: manifest.id,
    name,
    scope,
    ...shownOf(tried, at),
    enabled: true,
    lastSyncAt: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    createdBy: actor,
    call,
  };
};

const attemptInsert = async (
  connection: NewConnection,
  name: string,
  turn: readonly Write[],
): Promise<IntegrationRecord> => {
  const { owner, actor, manifest, tried, app } = connection;
  const draft = recordOf(connection, name);
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
  const integration: IntegrationRecord = { ...draft, grantedScopes: secrets.grantedScopes, cause };
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
    ...consentWrites(owner, actor, integration, app, connection.askedAt),
    ...connection.also(id),
    ...turn,
    ...event,
  ]);
  return integration;
};

/** Where a plan counts, one at a time: who connects at the same moment counts again. */
const takeTurn = async (owner: Owner, overtaken: AppError): Promise<Write[]> => {
  const key = keys.turn(owner);
  const turn = await get<{ turn: number }>(key);
  const when: Condition = turn ? [['turn', '=', turn.turn]] : [['pk', 'absent']];
  return [{ put: { ...key, turn: (turn?.turn ?? 0) + 1 }, when, otherwise: () => overtaken }];
};

/**
 * Stores a tried connection in one transaction. A default name that somebody took meanwhile is chosen again;
 * `plan_required` where the plan includes no more.
 */
export const insertIntegration = async (connection: NewConnection): Promise<IntegrationRecord> => {
  const { owner, most } = connection;
  const overtaken = new AppError('conflict', 'Others were connected at the same moment: repeat it.');
  const overtakenBy = (error: unknown): boolean =>
    isNameTaken(error) ? connection.name === null : error === overtaken;
  return again(
    async () => {
      const turn = most === null ? [] : await takeTurn(owner, overtaken);
      const existing = await listIntegrations(owner);
      const made = existing.find(({ call }) => call !== null && call === connection.call);
      if (made) return made;
      requireRoomFor(most, existing.length);
      if (existing.length >= mostPerOwner)
        throw new AppError('conflict', `At most ${mostPerOwner} integrations can be connected.`);
      return attemptInsert(connection, nameFor(connection.manifest, connection.name, existing), turn);
    },
    overtakenBy,
    namings,
  );
};
