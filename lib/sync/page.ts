import { isoNow } from '../config/clock.ts';
import type { ChangesPage, SyncFacts } from '../connectors/connector.ts';
import { AppError } from '../errors/error.ts';
import type { Owner } from '../model/caller.ts';
import type { Counts, Mapping, RecordType, RunRecord, StoredRecord, SyncItem } from '../model/sync.ts';
import { keys } from '../store/keys.ts';
import { advanceRun, findRecords, pageOfRecords, unlessDeleted } from '../store/syncs.ts';
import { transact, type Write } from '../store/table.ts';
import { hashOf, mappingFor, normalise } from './normalise.ts';

/** A page's records, its counts and how far it got are one transaction of at most a hundred writes: none is lost or counted twice. */
export const pageSize = 90;

type Subject = { owner: Owner; facts: SyncFacts; mapping: Mapping };
type Outcome = { writes: Write[]; counts: Partial<Counts>; type: RecordType; changed: boolean };

const outcomeOf = (
  { owner, facts, mapping }: Subject,
  run: RunRecord,
  item: SyncItem,
  stored: StoredRecord | null,
): Outcome => {
  const { type } = item;
  const record = normalise(item, mappingFor(facts, mapping, type));
  const hash = hashOf(record);
  const key = keys.record(owner, run.integrationId, type, item.id);
  if (stored?.hash === hash && stored.source === run.source) {
    // Only a full run has to know what it met.
    const writes: Write[] =
      run.full && stored.seenIn !== run.pass ? [{ update: key, set: { seenIn: run.pass } }] : [];
    return { writes, counts: { skipped: 1 }, type, changed: false };
  }
  const put: StoredRecord = { ...record, hash, seenIn: run.pass, syncedAt: isoNow(), source: run.source };
  return {
    writes: [{ put: { ...key, ...put } }],
    counts: stored ? { updated: 1 } : { created: 1 },
    type,
    changed: true,
  };
};

const sum = (counts: Counts, more: Partial<Counts>): Counts => ({
  created: counts.created + (more.created ?? 0),
  updated: counts.updated + (more.updated ?? 0),
  skipped: counts.skipped + (more.skipped ?? 0),
  removed: counts.removed + (more.removed ?? 0),
  failed: counts.failed + (more.failed ?? 0),
});

/** The last state of each thing: a page may name one twice, a transaction must not. */
const lastOfEach = <T extends { type: RecordType; id: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [`${item.type}#${item.id}`, item])).values(),
];

/** Where a run goes on behind a page: the next page, the next stream, or to what it did not meet. */
const after = (run: RunRecord, page: ChangesPage, { streams }: SyncFacts): Partial<RunRecord> => {
  if (page.restart) {
    const restarts = run.restarts + 1;
    return { stream: 0, cursor: null, full: true, positions: {}, pass: run.id, whole: true, restarts };
  }
  const whole = run.whole && page.failed === 0;
  if (page.next !== null) return { cursor: page.next, whole };
  const name = streams[run.stream] ?? '';
  const positions = page.position === null ? run.positions : { ...run.positions, [name]: page.position };
  const last = run.stream + 1 >= streams.length;
  return { stream: run.stream + 1, cursor: null, positions, whole, sweeping: last && run.full && whole };
};

/** A position may be too old, and the place in a run that was put off for long; more is a fault of the provider's. */
const mostRestarts = 3;

/** Stores what a page holds; the run as it is then. Throws `conflict` where another worker was first. */
export const commitPage = async (subject: Subject, run: RunRecord, page: ChangesPage): Promise<RunRecord> => {
  const { owner, facts } = subject;
  if (page.restart && run.restarts >= mostRestarts)
    throw new AppError('provider_error', 'The provider has the sync begin anew without end.', {
      refused: true,
    });
  const removed = lastOfEach(page.removed);
  const gone = new Set(removed.map(({ type, id }) => `${type}#${id}`));
  const items = lastOfEach(page.items).filter(({ type, id }) => !gone.has(`${type}#${id}`));
  const stored = await findRecords(owner, run.integrationId, [...items, ...removed]);
  const outcomes = items.map((item, index) => outcomeOf(subject, run, item, stored[index] ?? null));
  const standing = removed.filter((_, index) => stored[items.length + index]);
  const deletes = standing.map(
    ({ type, id }): Write => ({ delete: keys.record(owner, run.integrationId, type, id) }),
  );

  const changed = { ...run.changed };
  for (const one of outcomes) if (one.changed) changed[one.type] = (changed[one.type] ?? 0) + 1;
  const counts = outcomes.reduce((total, one) => sum(total, one.counts), run.counts);
  const next: Partial<RunRecord> = {
    ...after(run, page, facts),
    counts: sum(counts, { removed: deletes.length, failed: page.failed }),
    changed,
    processed: run.processed + items.length + standing.length + page.failed,
    total: page.total ?? run.total,
    pages: run.pages + 1,
    failures: 0,
  };
  await transact([
    advanceRun(owner, run, next),
    unlessDeleted(owner, run.integrationId),
    ...outcomes.flatMap(({ writes }) => writes),
    ...deletes,
  ]);
  return { ...run, ...next, step: run.step + 1 };
};

/** After a full run: removes a page of what it did not meet. `sweeping` ends with the last page. */
export const sweepPage = async (owner: Owner, run: RunRecord): Promise<RunRecord> => {
  const { items, next } = await pageOfRecords(owner, run.integrationId, null, pageSize, run.sweepAfter);
  const unmet = items.filter(({ seenIn }) => seenIn !== run.pass);
  const change: Partial<RunRecord> = {
    counts: sum(run.counts, { removed: unmet.length }),
    sweeping: next !== null,
    sweepAfter: next,
    pages: run.pages + 1,
    failures: 0,
  };
  await transact([
    advanceRun(owner, run, change),
    unlessDeleted(owner, run.integrationId),
    ...unmet.map(({ pk, sk }): Write => ({ delete: { pk, sk } })),
  ]);
  return { ...run, ...change, step: run.step + 1 };
};
