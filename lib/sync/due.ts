import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { sync } from '../contract/jobs.ts';
import { hasCode } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { keepFailure } from '../jobs/failures.ts';
import type { Work } from '../jobs/handle.ts';
import { sendAll } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import type { SyncState } from '../model/sync.ts';
import { pagesOfDue, stillDue } from '../store/due.ts';
import { findCredential } from '../store/integrations.ts';
import { keys, ownerFromKey } from '../store/keys.ts';
import { dueChange, findRun } from '../store/syncs.ts';
import { type Due, write } from '../store/table.ts';
import { fairly } from '../tokens/schedule.ts';
import { beginRun } from './begin.ts';
import { failRun } from './end.ts';
import { sourceOf } from './source.ts';
import { nextRun, watchAfter } from './timing.ts';

type Payload = z.input<typeof sync.payload>;
type DueState = SyncState & Due;

const together = 100;
const atOnce = 16;
/** So often a run that was begun is woken without getting any further. */
const mostWakes = 5;

/** Moves what is due on, if nobody did so meanwhile. */
const postpone = (owner: Owner, state: DueState, change: Record<string, unknown>, dueAt: number | null) => {
  const { set, remove } = dueChange(state, dueAt);
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

/**
 * Wakes a run nobody has heard of, and gives up on one that was begun and stays where it is: its message kills
 * its workers. One that only waits its turn in a long queue is not given up.
 */
const lookAfter = async (owner: Owner, state: DueState, runId: string): Promise<Payload | null> => {
  const { integrationId, watched, nextSyncAt } = state;
  const payload = { ...owner, integrationId, syncId: runId };
  const run = await findRun(owner, integrationId, runId);
  if (!run) {
    await postpone(owner, state, { running: null }, nextSyncAt);
    return null;
  }
  const { pages, startedAt } = run;
  const times = startedAt === null ? 0 : watched?.pages === pages ? watched.times + 1 : 1;
  if (times >= mostWakes) {
    await failRun(owner, state, run, 'internal');
    await keepFailure(sync, runId, payload, 'internal');
    return null;
  }
  await postpone(owner, state, { watched: { pages, times } }, now() + watchAfter);
  return payload;
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
  const begun = {
    trigger: 'schedule',
    requestedBy: 'system',
    source: sourceOf(credential),
    nextSyncAt: next,
    seenDueAt: dueAt,
  } as const;
  const run = await beginRun(owner, state, begun, facts.fullEveryDays);
  return { ...owner, integrationId, syncId: run.id };
};

const isLost = (error: unknown): boolean => hasCode(error, 'conflict', 'not_found');

/** All that is due of a kind, in turns between organisations, each with what is due longest first. */
const allDue = async (kind: 'sync_first' | 'sync', left: () => number): Promise<Due[]> => {
  const found: Due[] = [];
  for await (const page of pagesOfDue(kind, { until: now(), left, pageSize: 500 })) found.push(...page);
  const oldestFirst = found.toSorted((a, b) => a.dueAt - b.dueAt);
  return fairly(oldestFirst.map((due) => ({ ...ownerFromKey(due.pk), due }))).map(({ due }) => due);
};

/** Starts every sync that is due, and looks after runs whose worker died. */
export const queueDueSyncs = async ({ left }: Work): Promise<void> => {
  const failures: unknown[] = [];
  const started = async (state: DueState): Promise<Payload | null> => {
    try {
      return await taken(state);
    } catch (error) {
      if (!isLost(error)) failures.push(error);
      return null;
    }
  };
  const due = [...(await allDue('sync_first', left)), ...(await allDue('sync', left))];
  for (let start = 0; start < due.length && left() > 0; start += together) {
    const states = await stillDue<DueState>(due.slice(start, start + together));
    const payloads = await inParallel(atOnce, states, started);
    // What was begun is queued, whatever befell the others.
    await sendAll(
      sync,
      payloads.filter((payload) => payload !== null),
    );
  }
  if (failures.length > 0) throw failures[0];
};
