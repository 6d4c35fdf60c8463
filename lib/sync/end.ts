import { isoNow, now } from '../config/clock.ts';
import type { ErrorCode } from '../contract/codes.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import type { RunRecord, SyncState } from '../model/sync.ts';
import { again } from '../store/again.ts';
import { keys } from '../store/keys.ts';
import { advanceRun, dueChange, findSync, unlessDeleted } from '../store/syncs.ts';
import { transact, type Write } from '../store/table.ts';

type Ended = { state: 'succeeded' | 'failed'; code: ErrorCode | null };

/** A run is one change: its end is an event, with what it did. */
const eventOf = (owner: Owner, state: SyncState, run: RunRecord, { state: how, code }: Ended): Write[] =>
  eventWrites(owner, {
    actor: run.requestedBy,
    action: 'sync.finished',
    target: run.integrationId,
    provider: state.provider,
    outcome: how === 'succeeded' ? 'ok' : 'failed',
    detail: { run: run.id, trigger: run.trigger, ...run.counts, changed: run.changed, code },
  });

/** A place where the provider refuses to go on is given up, as where its page token is too old; an outage passes. */
const isDeadEnd = ({ pages }: RunRecord, { code }: Ended): boolean =>
  pages === 0 && (code === 'provider_error' || code === 'provider_not_found');

const resumeOf = (run: RunRecord, ended: Ended): SyncState['resume'] => {
  if (ended.state === 'succeeded' || isDeadEnd(run, ended)) return null;
  const { stream, cursor, full, positions, sweeping, sweepAfter, pass, whole, mappingVersion } = run;
  return { stream, cursor, full, positions, sweeping, sweepAfter, pass, whole, mappingVersion };
};

/** Ends a run, frees the guard and sets when the next is due, in one transaction; the next one resumes what failed. */
const writeEnd = async (owner: Owner, state: SyncState, run: RunRecord, ended: Ended): Promise<void> => {
  const endedAt = isoNow();
  const well = ended.state === 'succeeded';
  const sameMapping = run.mappingVersion === state.mappingVersion;
  const { full, positions } = run;
  const { remove, set } = dueChange(state, state.nextSyncAt);
  await transact([
    advanceRun(owner, run, { state: ended.state, code: ended.code, endedAt }),
    {
      update: keys.sync(owner, run.integrationId),
      set: {
        running: null,
        resume: resumeOf(run, ended),
        lastRun: { id: run.id, state: ended.state, endedAt, code: ended.code },
        // Of records made by another mapping nothing is known: everything is read again.
        ...(well && sameMapping && { positions, ...(full && { lastFullAt: now() }) }),
        ...set,
      },
      remove,
      when: [
        ['running', '=', run.id],
        ['mappingVersion', '=', state.mappingVersion],
        ['nextSyncAt', '=', state.nextSyncAt],
      ],
    },
    unlessDeleted(owner, run.integrationId),
    ...(well
      ? [
          {
            update: keys.integration(owner, run.integrationId),
            set: { lastSyncAt: endedAt },
            when: [['pk', 'exists']] as const,
            otherwise: () => notFound('The integration'),
          } satisfies Write,
        ]
      : []),
    ...eventOf(owner, state, run, ended),
  ]);
};

/** A schedule or mapping that was changed meanwhile must not leave the guard set: then it ends by what holds now. */
const endRun = (owner: Owner, seen: SyncState, run: RunRecord, ended: Ended): Promise<void> =>
  again(async (attempt) => {
    const state = attempt === 1 ? seen : await findSync(owner, run.integrationId);
    if (state?.running !== run.id) throw notFound('The run');
    await writeEnd(owner, state, run, ended);
  });

export const finishRun = (owner: Owner, state: SyncState, run: RunRecord): Promise<void> =>
  endRun(owner, state, run, { state: 'succeeded', code: null });

export const failRun = (owner: Owner, state: SyncState, run: RunRecord, code: ErrorCode): Promise<void> =>
  endRun(owner, state, run, { state: 'failed', code });
