import { isoNow, now } from '../config/clock.ts';
import { AppError } from '../errors/error.ts';
import type { Owner } from '../model/caller.ts';
import { newRunId } from '../model/ids.ts';
import { noCounts, type Progress, type RunRecord, type SyncState } from '../model/sync.ts';
import { keys } from '../store/keys.ts';
import { dueChange, putRun, unlessDeleted } from '../store/syncs.ts';
import { transact } from '../store/table.ts';
import { firstWatchAfter } from './timing.ts';

const day = 86_400_000;

export const newState = (integrationId: string, provider: string): SyncState => ({
  integrationId,
  provider,
  interval: 'manual',
  priority: false,
  nextSyncAt: null,
  running: null,
  source: null,
  positions: {},
  lastFullAt: null,
  resume: null,
  mapping: {},
  mappingVersion: 0,
  watched: null,
  lastRun: null,
});

/** Where a run begins: where a failed one stopped, else where the last one ended, else at the very beginning. */
const startOf = (state: SyncState, id: string, source: string, fullEveryDays: number): Progress => {
  const { resume, mappingVersion } = state;
  const same = state.source === source;
  if (same && resume && resume.mappingVersion === mappingVersion) {
    const { mappingVersion: _, ...progress } = resume;
    return progress;
  }
  const full = !same || state.lastFullAt === null || now() - state.lastFullAt >= fullEveryDays * day;
  return {
    stream: 0,
    cursor: null,
    full,
    positions: full ? {} : state.positions,
    sweeping: false,
    sweepAfter: null,
    pass: id,
    whole: true,
  };
};

const runOf = (
  state: SyncState,
  id: string,
  { trigger, requestedBy, source }: Pick<RunRecord, 'trigger' | 'requestedBy' | 'source'>,
  fullEveryDays: number,
): RunRecord => ({
  ...startOf(state, id, source, fullEveryDays),
  source,
  id,
  integrationId: state.integrationId,
  trigger,
  requestedBy,
  state: 'queued',
  counts: noCounts,
  changed: {},
  processed: 0,
  total: null,
  code: null,
  queuedAt: isoNow(),
  startedAt: null,
  endedAt: null,
  step: 0,
  pages: 0,
  restarts: 0,
  failures: 0,
  notBefore: null,
  mappingVersion: state.mappingVersion,
});

export const isRunning = (): AppError => new AppError('conflict', 'A sync is running already.');

type Begun = {
  trigger: RunRecord['trigger'];
  requestedBy: string;
  source: string;
  nextSyncAt: number | null;
  /** Of a schedule: when it was due, so that one due time makes one run. */
  seenDueAt: number | null;
};

/**
 * Makes a run and sets the guard in one transaction, before anything is queued: a run whose message was
 * lost is found by its watch. Throws `conflict` where one is running or the schedule was changed.
 */
export const beginRun = async (
  owner: Owner,
  state: SyncState,
  { nextSyncAt, seenDueAt, ...asked }: Begun,
  fullEveryDays: number,
): Promise<RunRecord> => {
  const { integrationId, provider } = state;
  const run = runOf(state, newRunId(now()), asked, fullEveryDays);
  const { set } = dueChange(state, now() + firstWatchAfter);
  const {
    running: _running,
    nextSyncAt: _next,
    resume: _resume,
    watched: _watched,
    source: _source,
    ...first
  } = newState(integrationId, provider);
  await transact([
    putRun(owner, run),
    {
      update: keys.sync(owner, integrationId),
      setOnce: first,
      set: { running: run.id, nextSyncAt, resume: null, watched: null, source: run.source, ...set },
      when: [
        ['running', 'absent or =', null],
        ['mappingVersion', 'absent or =', state.mappingVersion],
        ['nextSyncAt', 'absent or =', state.nextSyncAt],
        ...(seenDueAt === null ? [] : ([['dueAt', '=', seenDueAt]] as const)),
      ],
      otherwise: isRunning,
    },
    unlessDeleted(owner, integrationId),
  ]);
  return run;
};
