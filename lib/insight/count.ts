import { now } from '../config/clock.ts';
import type { Owner } from '../model/caller.ts';
import type { Event } from '../model/event.ts';
import type { RecordType } from '../model/sync.ts';
import { tookEffect } from '../store/again.ts';
import { type Key, keys } from '../store/keys.ts';
import { get, queryAll, transact, type Write } from '../store/table.ts';

/**
 * Statistics are counted from events, each in the transaction that marks it as handled: replays and
 * duplicates count nothing twice. `a_` counts actions, `f_` those that failed, `i_` items by type.
 */
export type Counters = { provider?: string } & Record<string, unknown>;

export const actionCounter = (action: string): string => `a_${action.replace('.', '_')}`;
export const failureCounter = (action: string): string => `f_${action.replace('.', '_')}`;
export const itemCounter = (type: RecordType): string => `i_${type}`;

const itemsOf = ({ action, detail }: Event): [string, number][] =>
  action === 'sync.finished'
    ? Object.entries((detail['changed'] ?? {}) as Record<RecordType, number>).map(([type, count]) => [
        itemCounter(type as RecordType),
        count,
      ])
    : [];

const steps: Partial<Record<Event['action'], number>> = {
  'integration.created': 1,
  'integration.deleted': -1,
};

const countersOf = (event: Event): Record<string, number> => ({
  [actionCounter(event.action)]: 1,
  ...(event.outcome === 'failed' && { [failureCounter(event.action)]: 1 }),
  ...Object.fromEntries(itemsOf(event)),
});

/** Of the first integration of a provider in an organisation: all organisations together get to know that one more has it. */
const adoptionWrites = async ({ organizationId }: Owner, provider: string): Promise<Write[]> => {
  const key = keys.adopted(organizationId, provider);
  if (await get(key)) return [];
  return [
    { put: { ...key, at: now() }, when: [['pk', 'absent']] },
    { update: keys.adoption(provider), set: { provider }, add: { organizations: 1 } },
  ];
};

/** Of an organisation that is erased: all others know of one less, however often it is said. */
export const leaveAdoptions = async (organizationId: string): Promise<void> => {
  // Another delivery of the same message may be faster.
  for (const { pk, sk } of await queryAll<Key>(keys.adoptedBy(organizationId)))
    await tookEffect(
      transact([
        { delete: { pk, sk }, when: [['pk', 'exists']] },
        { update: keys.adoption(sk.slice('ADOPTED#'.length)), add: { organizations: -1 } },
      ]),
    );
};

/** Who connected it, as long as it stands, in whatever order its events come. */
const adopterWrites = async (
  owner: Owner,
  { action, target, actor }: Event,
  provider: string,
): Promise<Write[]> => {
  if (action !== 'integration.created' && action !== 'integration.deleted') return [];
  const key = keys.adopter(owner.organizationId, provider, target);
  if (action === 'integration.deleted') return [{ delete: key }];
  const integration = keys.integration(owner, target);
  if (!(await get(integration))) return [];
  return [{ put: { ...key, provider, user: actor } }, { check: integration, when: [['pk', 'exists']] }];
};

/** What an event adds to the statistics of its organisation. */
export const statisticsWrites = async (owner: Owner, event: Event): Promise<Write[]> => {
  const { provider, action, actor, at } = event;
  if (provider === null) return [];
  const { organizationId } = owner;
  const counters = countersOf(event);
  const connections = steps[action];
  const connects = action === 'integration.created';
  return [
    {
      update: keys.dayOf(organizationId, at.slice(0, 10), provider),
      set: { provider, day: at.slice(0, 10) },
      add: counters,
    },
    {
      update: keys.sum(organizationId, provider),
      set: { provider },
      add: { ...counters, ...(connections !== undefined && { connections }) },
    },
    ...(actor === 'system' ? [] : [{ put: { ...keys.actor(organizationId, actor), user: actor } }]),
    ...(await adopterWrites(owner, event, provider)),
    ...(connects ? await adoptionWrites(owner, provider) : []),
  ];
};
