import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { sync } from '../contract/jobs.ts';
import { AppError } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import type { Work } from '../jobs/handle.ts';
import { sendAll } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import type { SyncState } from '../model/sync.ts';
import { findCredential } from '../store/integrations.ts';
import { type Key, keys, ownerFromKey } from '../store/keys.ts';
import { dueChange, findRun } from '../store/syncs.ts';
import { getMany, queryDue, write } from '../store/table.ts';
import { fairly } from '../tokens/schedule.ts';
import { beginRun } from './begin.ts';
import { failRun } from './end.ts';
import { nextRun, watchAfter } from './timing.ts';

type Payload = z.input<typeof sync.payload>;
type DueState = SyncState & Key & { dueAt: number };

const pageOfDue = 200;
const atOnce = 16;
/** So often a run is woken without getting any further. */
const mostWakes = 5;

/** Moves what is due on, if nobody did so meanwhile. */
const postpone = (owner: Owner, state: DueState, change: Record<string, unknown>, dueAt: number | null) => {
  const { set, remove } = dueChange(state.integrationId, dueAt);
  return write({
    update: keys.sync(owner, state.integrationId),
    set: { ...change, ...set },
    remove,
    when: [
      ['running', '=', state.running],
      ['dueAt', '=', state.dueAt],
    ],
  });
};

/** Wakes a run nobody has heard of, and gives up on one that stays where it is: its message kills its workers. */
const lookAfter = async (owner: Owner, state: DueState, runId: string): Promise<Payload | null> => {
  const { integrationId, watched } = state;
  const run = await findRun(owner, integrationId, runId);
  const step = run?.step ?? 0;
  const times = watched?.step === step ? watched.times + 1 : 1;
  if (run && times >= mostWakes) {
    await failRun(owner, state, run, 'internal');
    return null;
  }
  await postpone(owner, state, { watched: { step, times } }, now() + watchAfter);
  return { ...owner, integrationId, syncId: runId };
};

/** The message a due item calls for: a new run, or the one nobody has heard of; null where it is not the time. */
const taken = async (state: DueState): Promise<Payload | null> => {
  const owner = ownerFromKey(state.pk);
  const { integrationId, running, interval, nextSyncAt, dueAt } = state;
  if (running !== null) return lookAfter(owner, state, running);
  const next = nextSyncAt === null ? null : nextRun(interval, nextSyncAt, now());
  const credential = await findCredential(owner, integrationId);
  const facts = (await manifestOf(state.provider)).sync;
  if (!credential || hindrance(credential) || !facts) {
    // What is disabled is not synced; its schedule goes on.
    await postpone(owner, state, { nextSyncAt: next }, next);
    return null;
  }
  const begun = { trigger: 'schedule', requestedBy: 'system', nextSyncAt: next, seenDueAt: dueAt } as const;
  const run = await beginRun(owner, state, begun, facts.fullEveryDays);
  return { ...owner, integrationId, syncId: run.id };
};

const unlessTaken = async (state: DueState): Promise<Payload | null> => {
  try {
    return await taken(state);
  } catch (error) {
    if (error instanceof AppError && (error.code === 'conflict' || error.code === 'not_found')) return null;
    throw error;
  }
};

const queuePartition = async (partition: string, left: () => number): Promise<void> => {
  for (;;) {
    const due = await queryDue(partition, now(), pageOfDue);
    const states = await getMany<DueState>(due.map(({ pk, sk }) => ({ pk, sk })));
    // The index lags: what was moved on since is not due.
    const ready = states.filter((state, index) => state?.dueAt === due[index]?.dueAt) as DueState[];
    const payloads = await inParallel(atOnce, ready, unlessTaken);
    await sendAll(sync, fairly(payloads.filter((payload) => payload !== null)));
    if (due.length < pageOfDue || left() <= 0) return;
  }
};

/** Starts every sync that is due, and looks after runs whose worker died. */
export const queueDueSyncs = async ({ left }: Work): Promise<void> => {
  await inParallel(4, keys.duePartitions('sync'), (partition) => queuePartition(partition, left));
};
