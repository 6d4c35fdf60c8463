import { createHash } from 'node:crypto';
import type { Owner } from '../model/caller.ts';
import { scopeOfIntegration } from '../model/ids.ts';

/**
 * Every key of the one table. `pk` groups what is read together, `sk` orders it. Keys are built from
 * the caller's own organisation and user plus an id: an id from elsewhere addresses nothing.
 */
export type Key = { pk: string; sk: string };

/** A part of a key: `#` would let one tenant's ids spell another's key. */
const part = (value: string): string => {
  if (!/^[^#\p{Cc}]{1,300}$/u.test(value)) throw new Error('A key part is malformed.');
  return value;
};

export const digest = (...values: string[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 27);

/** Names that read alike are one name: letters' case and width do not tell them apart. */
export const foldedName = (name: string): string => name.normalize('NFKC').toLowerCase();

export const ownerKey = ({ organizationId, userId }: Owner): string =>
  userId === null ? `ORG#${part(organizationId)}` : `ORG#${part(organizationId)}#USER#${part(userId)}`;

/** Whose partition a key belongs to, read back from `ownerKey` and what follows it. */
export const ownerFromKey = (pk: string): Owner => {
  const [, organizationId = '', kind, userId = ''] = pk.split('#');
  return { organizationId, userId: kind === 'USER' ? userId : null };
};

const organizationKey = (organizationId: string): string => ownerKey({ organizationId, userId: null });

/** Where what hangs on one integration lives. */
const integrationKey = (owner: Owner, id: string): string => `${ownerKey(owner)}#INT#${part(id)}`;

/** Directories that are read whole are spread over so many partitions. */
const directoryShards = 16;
const directory = (shard: number): string => `DIR#${String(shard).padStart(2, '0')}`;
const directoryOf = (id: string): string =>
  directory(createHash('sha256').update(id).digest().readUInt8(0) % directoryShards);

/** Owns what belongs to the environment itself; no organisation's id can hold a `$`. */
export const environmentOwner = '$environment';

/** Due work is spread over shards so that no partition is hot. */
export const dueShards = 8;
const shardOf = (id: string): number => createHash('sha256').update(id).digest().readUInt8(0) % dueShards;

export type SealedPrefix = 'CRED#' | 'APP#' | 'SECRET#';

export const keys = {
  integration: (owner: Owner, id: string): Key => ({ pk: ownerKey(owner), sk: `INT#${part(id)}` }),
  integrationsOf: (owner: Owner) => ({ pk: ownerKey(owner), prefix: 'INT#' }),
  credential: (owner: Owner, id: string): Key => ({ pk: ownerKey(owner), sk: `CRED#${part(id)}` }),
  /** Changes with each integration that a plan counts. */
  turn: (owner: Owner): Key => ({ pk: ownerKey(owner), sk: 'TURN' }),
  onlyOne: (owner: Owner, provider: string): Key => ({ pk: ownerKey(owner), sk: `ONE#${part(provider)}` }),
  name: (owner: Owner, provider: string, name: string): Key => ({
    pk: ownerKey(owner),
    sk: `NAME#${part(provider)}#${digest(foldedName(name))}`,
  }),
  upstream: (owner: Owner, provider: string, tenant: string, account: string): Key => ({
    pk: ownerKey(owner),
    sk: `UPSTREAM#${part(provider)}#${digest(tenant, account)}`,
  }),

  link: (owner: Owner, entityType: string, entityId: string, hash: string): Key => ({
    pk: ownerKey(owner),
    sk: `LINK#${part(entityType)}#${part(entityId)}#${part(hash)}`,
  }),
  linksOfEntity: (owner: Owner, entityType: string, entityId: string) => ({
    pk: ownerKey(owner),
    prefix: `LINK#${part(entityType)}#${part(entityId)}#`,
  }),
  /** Everything in an owner's own partition. */
  ofOwner: (owner: Owner) => ({ pk: ownerKey(owner) }),
  /** Everything that hangs on one integration and is addressed by it alone. */
  ofIntegration: (owner: Owner, id: string) => ({ pk: integrationKey(owner, id), prefix: '' }),
  activityOf: (owner: Owner, id: string) => ({ pk: ownerKey(owner), prefix: `ACT#${part(id)}#` }),
  linksOf: (owner: Owner) => ({ pk: ownerKey(owner), prefix: 'LINK#' }),
  /** Index `byKey`: the links of one integration, by external id. */
  linkByExternal: (owner: Owner, integrationId: string, type: string, externalId: string) => ({
    by: integrationKey(owner, integrationId),
    bySk: `${part(type)}#${externalId}`,
  }),

  dataKey: (organizationId: string, version: number): Key => ({
    pk: organizationKey(organizationId),
    sk: `DATAKEY#${String(version).padStart(6, '0')}`,
  }),
  dataKeysOf: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'DATAKEY#' }),

  /** What of an owner is sealed, by the beginning of its sort keys. */
  sealedOf: (owner: Owner, prefix: SealedPrefix) => ({ pk: ownerKey(owner), prefix }),
  /** A data key was made anew, and what older ones sealed is being sealed again. */
  rotation: (organizationId: string): Key => ({ pk: organizationKey(organizationId), sk: 'ROTATION' }),
  /** Every organisation that has a data key. */
  organization: (organizationId: string): Key => ({
    pk: directoryOf(organizationId),
    sk: `ORG#${part(organizationId)}`,
  }),
  organizations: (): { pk: string }[] =>
    Array.from({ length: directoryShards }, (_, shard) => ({ pk: directory(shard) })),
  /** Every user of an organisation who has something of their own; index `byKey`: every organisation of a user. */
  member: (organizationId: string, userId: string) => ({
    pk: `${organizationKey(organizationId)}#MEMBERS`,
    sk: part(userId),
    by: `USER#${part(userId)}`,
    bySk: part(organizationId),
  }),
  membersOf: (organizationId: string) => ({ pk: `${organizationKey(organizationId)}#MEMBERS` }),
  organizationsOf: (userId: string) => ({ by: `USER#${part(userId)}` }),

  app: (organizationId: string, provider: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `APP#${part(provider)}`,
  }),
  attempt: (hash: string): Key => ({ pk: `ATTEMPT#${part(hash)}`, sk: 'ATTEMPT' }),
  /** Index `byKey`: the consents an owner began. */
  attemptsOf: (owner: Owner) => ({ by: `${ownerKey(owner)}#ATTEMPTS` }),
  /** Which integrations of the environment hang on one account and app; never shown to anybody. */
  account: (provider: string, clientId: string, tenant: string, account: string, id: string): Key => ({
    pk: `ACCOUNT#${part(provider)}#${digest(clientId, tenant, account)}`,
    sk: part(id),
  }),
  /** That everything of an account and app is being ended at the provider, and until when. */
  ending: (provider: string, clientId: string, tenant: string, account: string): Key => ({
    pk: `ENDING#${part(provider)}#${digest(clientId, tenant, account)}`,
    sk: 'ENDING',
  }),
  consent: (owner: Owner, id: string): Key => ({ pk: ownerKey(owner), sk: `CONSENT#${part(id)}` }),
  consentsOf: (owner: Owner) => ({ pk: ownerKey(owner), prefix: 'CONSENT#' }),
  imported: (organizationId: string, event: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `IMPORT#${part(event)}`,
  }),
  migrated: (owner: Owner, source: string): Key => ({ pk: ownerKey(owner), sk: `MIGRATED#${part(source)}` }),
  migratedOf: (owner: Owner) => ({ pk: ownerKey(owner), prefix: 'MIGRATED#' }),
  health: (owner: Owner, id: string, hour: string): Key => ({
    pk: integrationKey(owner, id),
    sk: `HEALTH#${part(hour)}`,
  }),
  healthOf: (owner: Owner, id: string) => ({ pk: integrationKey(owner, id), prefix: 'HEALTH#' }),
  /** The schedule of an integration's syncs and the guard that one runs at a time. */
  sync: (owner: Owner, id: string): Key => ({ pk: integrationKey(owner, id), sk: 'SYNC' }),
  run: (owner: Owner, id: string, runId: string): Key => ({
    pk: integrationKey(owner, id),
    sk: `RUN#${part(runId)}`,
  }),
  runsOf: (owner: Owner, id: string) => ({ pk: integrationKey(owner, id), prefix: 'RUN#' }),
  record: (owner: Owner, id: string, type: string, externalId: string): Key => ({
    pk: integrationKey(owner, id),
    sk: `REC#${part(type)}#${digest(externalId)}`,
  }),
  recordsOf: (owner: Owner, id: string, type: string | null) => ({
    pk: integrationKey(owner, id),
    prefix: type === null ? 'REC#' : `REC#${part(type)}#`,
  }),
  /** What happened in a day with one provider, counted. */
  dayOf: (organizationId: string, day: string, provider: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `STAT#${part(day)}#${part(provider)}`,
  }),
  days: (organizationId: string, from: string, to: string) => ({
    pk: organizationKey(organizationId),
    between: [`STAT#${part(from)}`, `STAT#${part(to)}#~`] as const,
  }),
  /** The same since the beginning. */
  sum: (organizationId: string, provider: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `SUM#${part(provider)}`,
  }),
  sums: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'SUM#' }),
  /** Who connected a provider in an organisation, for each integration that stands. */
  adopter: (organizationId: string, provider: string, integrationId: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `ADOPTER#${part(provider)}#${part(integrationId)}`,
  }),
  /** Everybody whom an organisation knows to have done something. */
  actor: (organizationId: string, userId: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `ACTOR#${part(userId)}`,
  }),
  actorsOf: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'ACTOR#' }),
  adoptersOf: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'ADOPTER#' }),
  /** That an organisation ever connected a provider, and of all organisations how many did. */
  adopted: (organizationId: string, provider: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `ADOPTED#${part(provider)}`,
  }),
  adoptedBy: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'ADOPTED#' }),
  adoptions: () => ({ pk: 'ADOPT', prefix: '' }),
  adoption: (provider: string): Key => ({ pk: 'ADOPT', sk: part(provider) }),
  rating: (organizationId: string, integrationId: string, userId: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `RATING#${part(integrationId)}#${part(userId)}`,
  }),
  ratingsOn: (organizationId: string, integrationId: string) => ({
    pk: organizationKey(organizationId),
    prefix: `RATING#${part(integrationId)}#`,
  }),
  ratingsOf: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'RATING#' }),
  /** A job that failed for good, for the admins of its organisation. */
  failure: (organizationId: string, id: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `FAILED#${part(id)}`,
  }),
  failuresOf: (organizationId: string) => ({ pk: organizationKey(organizationId), prefix: 'FAILED#' }),
  /** That a host of a provider is not asked for a while. */
  circuit: (provider: string, host: string): Key => ({
    pk: `CIRCUIT#${part(provider)}#${digest(host)}`,
    sk: 'CIRCUIT',
  }),
  /** Calls a minute to one tenant of a provider, whoever's integration they are for. */
  budget: (provider: string, tenant: string, minute: number): Key => ({
    pk: `RATE#${part(`$${provider}`)}#${digest(tenant)}#${minute}`,
    sk: 'RATE',
  }),
  secret: (name: string): Key => ({ pk: organizationKey(environmentOwner), sk: `SECRET#${part(name)}` }),

  policy: (organizationId: string): Key => ({ pk: organizationKey(organizationId), sk: 'POLICY' }),

  /** Events stand by month, in the order of their ids, which is that of time. */
  event: (owner: Owner, at: string, id: string): Key => ({
    pk: `${ownerKey(owner)}#EVT#${part(at.slice(0, 7))}`,
    sk: part(id),
  }),
  eventsOfMonth: (owner: Owner, month: string) => ({ pk: `${ownerKey(owner)}#EVT#${part(month)}` }),

  activity: (owner: Owner, integrationId: string, request: string): Key => ({
    pk: ownerKey(owner),
    sk: `ACT#${part(integrationId)}#${part(request)}`,
  }),
  /** A creating call with a key of its own; it stands with the organisation, so that erasing it finds all. */
  call: ({ organizationId, userId }: { organizationId: string; userId: string }, call: string): Key => ({
    pk: organizationKey(organizationId),
    sk: `IDEM#${part(userId)}#${part(call)}`,
  }),
  callsOf: (organizationId: string, userId: string) => ({
    pk: organizationKey(organizationId),
    prefix: `IDEM#${part(userId)}#`,
  }),
  rate: (organizationId: string, minute: number): Key => ({
    pk: `RATE#${part(organizationId)}#${minute}`,
    sk: 'RATE',
  }),

  /** A request to erase, which outlives what it erases; without an organisation it is the environment's. */
  erasure: (organizationId: string | null, id: string): Key => ({
    pk: `${organizationKey(organizationId ?? environmentOwner)}#ERASURES`,
    sk: part(id),
  }),
  erasuresOf: (organizationId: string) => ({ pk: `${organizationKey(organizationId)}#ERASURES` }),
  /** Stands where an organisation was. */
  erased: (organizationId: string): Key => ({ pk: `ERASED#${part(organizationId)}`, sk: 'ERASED' }),
  /** A message from outside that was taken, so that its repeat has no effect. */
  message: (sender: string, id: string): Key => ({ pk: `IN#${part(sender)}#${digest(id)}`, sk: 'IN' }),

  /** Index `due`: what a schedule finds, by kind and shard. */
  due: (kind: string, id: string) => `${part(kind)}#${shardOf(id)}`,
  duePartitions: (kind: string): string[] =>
    Array.from({ length: dueShards }, (_, shard) => `${part(kind)}#${shard}`),
} as const;

/** The owner an integration's id speaks of, seen from this caller; null where it is no such id. */
export const ownerOfIntegration = (
  caller: { organizationId: string; userId: string },
  id: string,
): Owner | null => {
  const scope = scopeOfIntegration(id);
  if (scope === null) return null;
  return { organizationId: caller.organizationId, userId: scope === 'user' ? caller.userId : null };
};
