import { isoNow, now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import { allManifests } from '../connectors/registry.ts';
import { type Caller, organizationOf, selfOf } from '../model/caller.ts';
import type { RecordType } from '../model/sync.ts';
import { pageOfMonth } from '../store/events.ts';
import { listUsable } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { queryAll } from '../store/table.ts';
import { actionCounter, type Counters, failureCounter, itemCounter } from './count.ts';

const types: readonly RecordType[] = ['task', 'pull_request', 'event', 'person'];
const mostRecent = 10;
const month = 31 * 86_400_000;

export const counterOf = (rows: readonly Counters[], name: string): number =>
  rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);

export const sumsOf = (organizationId: string): Promise<Counters[]> =>
  queryAll<Counters>(keys.sums(organizationId));

/** Items that syncs kept × the environment's minutes for each; nothing happened, nothing saved. */
const timeSaved = (rows: readonly Counters[]) => {
  const { minutesSaved } = settings();
  const inputs = types.map((type) => ({
    type,
    items: counterOf(rows, itemCounter(type)),
    minutesEach: minutesSaved[type],
  }));
  return {
    minutes: inputs.reduce((sum, { items, minutesEach }) => sum + items * minutesEach, 0),
    formula: 'the sum over types of items created or updated by syncs × minutes each',
    inputs,
  };
};

/** The newest events of the organisation's integrations and of the caller's own, of this month and the last. */
const recentOf = async (caller: Caller) => {
  const range = { from: now() - month, until: now() + 1 };
  const months = [...new Set([isoNow(), new Date(range.from).toISOString()].map((time) => time.slice(0, 7)))];
  const pages = await Promise.all(
    [organizationOf(caller), selfOf(caller)].flatMap((owner) =>
      months.map((one) => pageOfMonth(owner, one, range, null, mostRecent * 3)),
    ),
  );
  return (
    pages
      .flatMap(({ items }) => items)
      // The organisation's entry of a personal change has no target: whose it is, is not for all.
      .filter(({ target, provider }) => target !== null && provider !== null)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, mostRecent)
      .map(({ at, action, provider, outcome }) => ({ at, action, provider, outcome }))
  );
};

export const statsFor = async (caller: Caller) => {
  const [manifests, integrations, rows, recentActivity] = await Promise.all([
    allManifests(),
    listUsable(caller),
    sumsOf(caller.organizationId),
    recentOf(caller),
  ]);
  const categoryOf = new Map(manifests.map(({ id, category }) => [id, category]));
  const syncs = counterOf(rows, actionCounter('sync.finished'));
  const failed = counterOf(rows, failureCounter('sync.finished'));
  return {
    totalProviders: manifests.length,
    connected: integrations.length,
    categories: [...new Set(categoryOf.values())].toSorted().map((category) => ({
      category,
      providers: manifests.filter((one) => one.category === category).length,
      connected: integrations.filter(({ provider }) => categoryOf.get(provider) === category).length,
    })),
    syncs: { succeeded: syncs - failed, failed },
    itemsProcessed: types.reduce((sum, type) => sum + counterOf(rows, itemCounter(type)), 0),
    recentActivity,
    timeSaved: timeSaved(rows),
  };
};
