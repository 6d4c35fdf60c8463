import type * as z from 'zod/mini';
import type { readExport } from '../contract/operations/erasure.ts';
import { AppError, invalidField } from '../errors/error.ts';
import { type Caller, type Owner, organizationOf, selfOf } from '../model/caller.ts';
import { type CacheRecord, unpackActivity } from '../store/activity.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { listIntegrations } from '../store/integrations.ts';
import { type Key, keys } from '../store/keys.ts';
import { type Query, query } from '../store/table.ts';
import { monthsOfEvents } from './sweep.ts';

type Asked = z.output<typeof readExport.query>;
type Row = Key & Record<string, unknown>;
type Item = { kind: string; data: Record<string, unknown> };
/** The partition a page ended in, and behind which item. */
type Position = { pk: string; after: string | null };

const integration =
  'id provider name scope auth enabled state cause since account settings secrets grantedScopes lastTestedAt lastSyncAt createdAt updatedAt createdBy';
const event = 'id at actor action provider target outcome detail';

/**
 * What is shown of each kind of item, by the beginning of its sort key: what is not named here, secrets and
 * their seals before all, is not shown. Not listed are items that only keep names and accounts unique.
 */
const shown: readonly { prefix: string; kind: string; attributes: string }[] = [
  { prefix: 'INT#', kind: 'integration', attributes: integration },
  {
    prefix: 'LINK#',
    kind: 'link',
    attributes: 'id entityType entityId integrationId external state createdAt createdBy',
  },
  { prefix: 'CONSENT#', kind: 'consent', attributes: 'id provider scope userId at scopes account' },
  { prefix: 'MIGRATED#', kind: 'migration', attributes: 'source integrationId at' },
  { prefix: 'IMPORT#', kind: 'import', attributes: 'at by' },
  { prefix: 'APP#', kind: 'oauth_app', attributes: 'provider clientId settings updatedAt' },
  { prefix: 'POLICY', kind: 'policy', attributes: 'activity githubOrganizations' },
  { prefix: 'evt_', kind: 'event', attributes: event },
  { prefix: 'RATING#', kind: 'rating', attributes: 'integrationId provider userId stars comment ratedAt' },
  {
    prefix: 'REC#',
    kind: 'record',
    attributes:
      'type externalId title description status providerStatus fields url createdAt updatedAt syncedAt',
  },
  { prefix: 'FAILED#', kind: 'failed_job', attributes: 'id job integrationId code failedAt' },
  { prefix: 'RUN#', kind: 'sync', attributes: 'id integrationId trigger requestedBy state counts' },
];

const itemOf = (row: Row): Item[] => {
  if (row.sk.startsWith('ACT#'))
    return [{ kind: 'activity', data: { ...unpackActivity(row as unknown as CacheRecord) } }];
  // They stand with the organisation, and are about what is one member's alone.
  if (row.sk.startsWith('RATING#int_u_')) return [];
  if (row.sk.startsWith('FAILED#') && row['userId'] !== null) return [];
  const known = shown.find(({ prefix }) => row.sk.startsWith(prefix));
  if (!known) return [];
  const names = known.attributes.split(' ').filter((name) => row[name] !== undefined);
  return [{ kind: known.kind, data: Object.fromEntries(names.map((name) => [name, row[name]])) }];
};

const rangesOf = async (owner: Owner): Promise<Query[]> => {
  const integrations = await listIntegrations(owner);
  return [
    keys.ofOwner(owner),
    ...integrations.map(({ id }) => keys.ofIntegration(owner, id)),
    ...monthsOfEvents().map((month) => keys.eventsOfMonth(owner, month)),
  ];
};

/** Personal things are their owner's to export, and nobody else's: not those of an admin's users either. */
const rangesFor = async (caller: Caller, asked: Asked): Promise<Query[]> => {
  if (asked.kind === 'user') return rangesOf(selfOf(caller));
  if (caller.role !== 'admin')
    throw new AppError('forbidden', 'Only admins may export what is the organisation’s.');
  const owner = organizationOf(caller);
  return asked.kind === 'organization'
    ? rangesOf(owner)
    : [keys.linksOfEntity(owner, asked.entityType, asked.entityId)];
};

/** One page of everything that erasing the same subject would delete and that says something of it. */
export const exportFor = async (caller: Caller, asked: Asked) => {
  const { limit, cursor, ...filter } = asked;
  const ranges = await rangesFor(caller, asked);
  const { organizationId, userId } = caller;
  const scope = { operation: 'exports.read', organizationId, userId, filter };
  const start = openCursor<Position>(scope, cursor);
  let range = start ? ranges.findIndex(({ pk }) => pk === start.pk) : 0;
  // Its integration was deleted since the last page.
  if (range < 0) throw invalidField('cursor', 'leads to what was deleted; begin again');
  let after = start?.after ?? null;
  const items: Item[] = [];
  while (items.length < limit && range < ranges.length) {
    const wanted = { ...(ranges[range] as Query), after, limit: limit - items.length };
    const page: { items: Row[]; next: string | null } = await query<Row>(wanted);
    items.push(...page.items.flatMap(itemOf));
    after = page.next;
    if (after === null) range += 1;
  }
  const next = ranges[range];
  return { items, nextCursor: next ? sealCursor(scope, { pk: next.pk, after }) : null };
};
