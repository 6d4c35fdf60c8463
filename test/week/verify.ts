import { inParallel } from '../../lib/model/parallel.ts';
import type { RunRecord } from '../../lib/model/sync.ts';
import { ownerOf } from '../../lib/store/integrations.ts';
import { keys } from '../../lib/store/keys.ts';
import { queryAll } from '../../lib/store/table.ts';
import { nextRun, watchAfter } from '../../lib/sync/timing.ts';
import type { Bench } from '../support/bench.ts';
import { recordsOf } from '../sync/synced.ts';
import type { Scheduled } from './company.ts';
import type { Lived } from './live.ts';

/** What must be true of every integration after any stretch of time; each fault is a line. */

/** A run that is due is begun and worked on within so long: looked for once a minute, its message taken at once. */
const promptly = 120_000;
/** What a death may cost, of a worker or of who looks at what is due: until the run is looked after. */
const cost = watchAfter + promptly;

const runsOf = ({ admin, id }: Scheduled): Promise<RunRecord[]> =>
  queryAll<RunRecord>(keys.runsOf(ownerOf({ ...admin }, id), id));

export const runsIn = async (all: readonly Scheduled[]): Promise<RunRecord[]> =>
  (await inParallel(8, all, runsOf)).flat();

const at = (time: string | null): number => Date.parse(time ?? '');

/** Each due time made one run, begun in time, or as soon as the run before it was over. */
const faultsOfTiming = (
  { first, interval, id }: Scheduled,
  runs: readonly RunRecord[],
  { until, disturbed, blindAt }: Lived,
) => {
  const faults: string[] = [];
  let due = first;
  let free = 0;
  for (const { queuedAt, startedAt, endedAt, id: run } of runs) {
    const began = at(queuedAt);
    if (due === null || began < due) return [...faults, `${id}: ${run} was not due`];
    const [from, to] = [Math.max(due, free), startedAt === null ? until : at(startedAt)];
    const late = to - from;
    const blind = blindAt.filter((time) => time >= from && time <= to).length;
    if (late > promptly + ((disturbed.get(run) ?? 0) + blind) * cost)
      faults.push(`${id}: ${run} came ${Math.round(late / 1000)} s late`);
    due = nextRun(interval, due, began);
    free = endedAt === null ? until : at(endedAt);
  }
  if (due !== null && Math.max(due, free) < until - promptly)
    faults.push(`${id}: a run due at ${due} is missing`);
  return faults;
};

/** Whatever befalls its workers, a run is over after so long. */
const longest = 2 * 3_600_000;

const faultsOfOutcomes = (
  { failing, id }: Scheduled,
  runs: readonly RunRecord[],
  until: number,
): string[] => {
  const wanted = failing ? 'failed' : 'succeeded';
  const goesOn = (run: RunRecord): boolean => run.endedAt === null && at(run.queuedAt) > until - longest;
  return runs
    .filter((run) => run.state !== wanted && !goesOn(run))
    .map((run) => `${id}: ${run.id} of ${run.queuedAt} is ${run.state} with ${run.code}`);
};

type Issue = { key: string; summary: string; updated: string };

/** What is kept is what is there, each thing made once. */
const faultsOfRecords = async (one: Scheduled, runs: readonly RunRecord[]): Promise<string[]> => {
  const { admin, site, id, failing } = one;
  const { issues } = await site.control<{ issues: Issue[] }>('GET', '');
  const kept = await recordsOf(admin, id);
  const synced = runs.some(({ state }) => state === 'succeeded');
  const wanted = failing || !synced ? [] : issues;
  const made = runs.reduce((sum, { counts }) => sum + counts.created, 0);
  return [
    ...(kept.size === wanted.length ? [] : [`${id}: ${kept.size} records of ${wanted.length}`]),
    ...(made === wanted.length ? [] : [`${id}: ${made} made of ${wanted.length}`]),
    ...wanted
      .filter(({ key, summary }) => kept.get(`task ${key}`)?.title !== summary)
      .map(({ key, summary, updated }) => {
        const { title, syncedAt } = kept.get(`task ${key}`) ?? {};
        return `${id}: ${key} is “${title}” since ${syncedAt}, and there “${summary}” since ${updated}`;
      }),
  ];
};

/** How often it is looked at before what changed last must be there. */
const isFresh = ({ interval }: Scheduled): boolean => ['15m', '30m', 'hourly'].includes(interval);

const faultsOf = async (one: Scheduled, lived: Lived): Promise<string[]> => {
  const runs = await runsOf(one);
  return [
    ...faultsOfTiming(one, runs, lived),
    ...faultsOfOutcomes(one, runs, lived.until),
    ...(isFresh(one) ? await faultsOfRecords(one, runs) : []),
  ];
};

export const faultsIn = async (all: readonly Scheduled[], lived: Lived): Promise<string[]> =>
  (await inParallel(4, all, (one) => faultsOf(one, lived))).flat();

/** Runs that go on come to their end, and then all are synced once more. */
export const syncAll = async (bench: Bench, all: readonly Scheduled[]): Promise<void> => {
  for (let time = 0; time < 5; time += 1) {
    bench.advance(watchAfter / 1000 + 60);
    await bench.runSchedule('queue-due-syncs');
    await bench.drain();
  }
  await inParallel(4, all, async ({ admin, id }) => {
    const { status, text } = await admin.post(`/integrations/${id}/sync`);
    if (status !== 202) throw new Error(`sync: ${status} ${text}`);
  });
  await bench.drain();
};

/** What is kept of each, against what is there now. */
export const faultsOfAllRecords = async (all: readonly Scheduled[]): Promise<string[]> =>
  (await inParallel(4, all, async (one) => faultsOfRecords(one, await runsOf(one)))).flat();

/** The statistics of each organisation against the runs themselves. */
export const faultsOfStatistics = async (all: readonly Scheduled[]): Promise<string[]> => {
  const organizations = [...Map.groupBy(all, ({ admin }) => admin)];
  const faults = await inParallel(4, organizations, async ([admin, own]) => {
    const runs = (await runsIn(own)).filter(({ endedAt }) => endedAt !== null);
    const of = (state: string): number => runs.filter((run) => run.state === state).length;
    const changed = runs.reduce((sum, { changed: { task = 0 } }) => sum + task, 0);
    const { body } = await admin.get('/integrations/stats');
    const seen = [body.syncs.succeeded, body.syncs.failed, body.itemsProcessed, body.timeSaved.minutes];
    const wanted = [of('succeeded'), of('failed'), changed, changed * 2];
    return String(seen) === String(wanted)
      ? []
      : [`${admin.organizationId}: counted ${seen.join()}, were ${wanted.join()}`];
  });
  return faults.flat();
};
