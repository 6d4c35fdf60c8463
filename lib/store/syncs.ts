import { expiryInDays } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { Owner } from '../model/caller.ts';
import type { RecordType, RunRecord, StoredRecord, SyncState } from '../model/sync.ts';
import { type Key, keys } from './keys.ts';
import { get, getMany, query, type Write } from './table.ts';

/** Schedules, runs and records of an integration: all in its own partition, so that they vanish with it. */

export const findSync = (owner: Owner, id: string): Promise<SyncState | null> =>
  get<SyncState>(keys.sync(owner, id));

export const findRun = (owner: Owner, id: string, runId: string): Promise<RunRecord | null> =>
  get<RunRecord>(keys.run(owner, id, runId));

/** Newest first. */
export const pageOfRuns = (owner: Owner, id: string, limit: number, after: string | null) =>
  query<RunRecord & Key>({ ...keys.runsOf(owner, id), newestFirst: true, limit, after });

export const pageOfRecords = (
  owner: Owner,
  id: string,
  type: RecordType | null,
  limit: number,
  after: string | null,
) => query<StoredRecord & Key>({ ...keys.recordsOf(owner, id, type), limit, after });

/** What is stored of these, null where nothing is. */
export const findRecords = (
  owner: Owner,
  id: string,
  wanted: readonly { type: RecordType; id: string }[],
): Promise<(StoredRecord | null)[]> =>
  getMany<StoredRecord>(wanted.map((one) => keys.record(owner, id, one.type, one.id)));

export const putRun = (owner: Owner, run: RunRecord): Write => ({
  put: {
    ...keys.run(owner, run.integrationId, run.id),
    ...run,
    expiresAt: expiryInDays(settings().retention.syncRuns),
  },
  when: [['pk', 'absent']],
});

/** Writes a run's progress if nobody got further meanwhile. */
export const advanceRun = (owner: Owner, seen: RunRecord, next: Partial<RunRecord>): Write => ({
  update: keys.run(owner, seen.integrationId, seen.id),
  set: { ...next, step: seen.step + 1 },
  when: [
    ['step', '=', seen.step],
    ['state', '<>', 'succeeded'],
    ['state', '<>', 'failed'],
  ],
});

/** When the index finds this state next: while a run goes on, to look after it; else when the next is due. */
export const dueChange = (
  { integrationId, priority }: Pick<SyncState, 'integrationId' | 'priority'>,
  dueAt: number | null,
) =>
  dueAt === null
    ? { remove: ['due', 'dueAt'], set: {} }
    : { remove: [], set: { due: keys.due(priority ? 'sync_first' : 'sync', integrationId), dueAt } };

/** Nothing may be written for an integration that is being deleted: its purge may be past already. */
export const unlessDeleted = (owner: Owner, id: string): Write => ({
  check: keys.credential(owner, id),
  when: [
    ['pk', 'exists'],
    ['state', '<>', 'deleting'],
  ],
});
