import { setTimeout as pause } from 'node:timers/promises';
import { jobs } from '../../lib/contract/jobs.ts';
import type { Bench } from '../support/bench.ts';
import type { Call, Rule } from '../support/faults.ts';
import { changes, type State, type Table } from './state.ts';

/**
 * One thing the product does, with one of its calls to a service in trouble: what then stands is what stood
 * before or what should stand after, and doing it again ends in what should stand after, once.
 */

/** How it went, as whoever asked for it was told. */
export type Outcome = {
  done: boolean;
  /** What is wrong with how it was told, whatever went wrong; null where nothing is. */
  misfit: string | null;
};

export type Subject = {
  /** Makes what each run needs anew, as a code that is spent at the provider; gives what to run, as often as one likes. */
  prepare: () => Promise<() => Promise<Outcome>>;
  /** Whether what changed may stand though it is not all; null where it does one thing, all or nothing. */
  between: ((changed: readonly string[], after: readonly string[]) => boolean) | null;
  /** Milliseconds after which what stands between may be taken up again. */
  patience?: number;
  /** What counts the tries, and may differ by them. */
  counts?: RegExp;
  /** A job that was not queued is queued later, by a schedule that finds it due. */
  queuesLater?: boolean;
};

export const nightly = process.env['NIGHTLY'] === '1';
/** A call that is never answered keeps the SDK waiting for a quarter of a minute. */
export const timeLimit = nightly ? 3_600_000 : 120_000;

type Troubles = Readonly<Record<string, Omit<Rule, 'nth'>>>;

/** What befalls any call. */
const troubles: Troubles = {
  'fails before': { when: 'before', act: 'error', attempts: 'all' },
  'fails after': { when: 'after', act: 'cut', attempts: 'all' },
  'is throttled': { when: 'before', act: 'throttle', attempts: 'all' },
  ...(nightly && { 'is never answered': { when: 'before', act: 'hang', attempts: 'all' } }),
};

/**
 * What makes a difference where something is written: a connection that is cut before it was, which the SDKs
 * take as they take a time-out; and a first try that they never hear of, so that they write twice.
 */
const troublesOfWrites: Troubles = {
  'times out': { when: 'before', act: 'cut', attempts: 'all' },
  'loses its first answer': { when: 'after', act: 'cut', attempts: 'first' },
};
export const writing = /^(Put|Update|Delete|BatchWrite|TransactWrite|Send)/;

type Place = { bench: Bench; table: Table; stands: State };

/** A read leaves nothing behind, whatever befalls it: in the suite the reads take turns with the troubles. */
const troublesFor = ({ operation }: Call, nth: number): [string, Omit<Rule, 'nth'>][] => {
  const all = Object.entries(troubles);
  if (writing.test(operation)) return [...all, ...Object.entries(troublesOfWrites)];
  return nightly ? all : all.filter((_, index) => index === nth % all.length);
};

/** Of many reads alike, as of an index's partitions, the suite tries four. */
const isOneOfMany = (calls: readonly Call[], nth: number): boolean => {
  const operation = calls[nth]?.operation ?? '';
  const before = calls.slice(0, nth).filter((call) => call.operation === operation);
  return !writing.test(operation) && before.length >= 4;
};

/** Longer than a data key is kept in memory, so that every run has to ask for it. */
const coldAfter = 301;

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, index) => line === other[index]);
/** Whether all lines of one are in the other, as often: it does several things, each of them whole. */
export const isWithin = (one: readonly string[], other: readonly string[]): boolean => {
  const rest = [...other];
  return one.every((line) => {
    const index = rest.indexOf(line);
    if (index >= 0) rest.splice(index, 1);
    return index >= 0;
  });
};

const differing = (one: readonly string[], other: readonly string[]): string =>
  [
    ...one.filter((line) => !other.includes(line)).map((line) => `not wanted ${line}`),
    ...other.filter((line) => !one.includes(line)).map((line) => `missing ${line}`),
  ]
    .slice(0, 4)
    .join('\n');

/** The jobs that were queued since this was asked last. */
const queued = async (bench: Bench): Promise<string[]> => {
  const messages = await Promise.all(jobs.map(async (job) => ({ job, all: await bench.taken(job) })));
  return messages.filter(({ all }) => all.length > 0).map(({ job }) => job.id);
};

/** From the same start: a run under this rule, and the same once more without it. */
const tried = async (
  { bench, table, stands }: Place,
  subject: Subject,
  rule: Rule | null,
  clean: { first: readonly string[]; queued: readonly string[] } | null = null,
) => {
  const changed = (before: State, after: State): string[] =>
    changes(stands, before, after).filter((line) => !subject.counts?.test(line));
  await table.restore(stands);
  const run = await subject.prepare();
  bench.advance(coldAfter);
  const before = await table.read();
  bench.faults.watch(...(rule ? [rule] : []));
  const outcome = await run();
  const calls = bench.faults.unwatch();
  const first = changed(before, await table.read());
  const isCut = clean !== null && first.length > 0 && !isSame(first, clean.first);
  if (isCut && subject.patience !== undefined) await pause(subject.patience);
  const again = await run();
  const second = changed(before, await table.read());
  const sends = clean ? clean.queued.length > 0 : calls.some(({ service }) => service === 'sqs');
  return { outcome, calls, first, again, second, queued: sends ? await queued(bench) : [] };
};

/** Tries every call in every trouble; gives what did not hold, and the calls there were. */
export const tryAll = async (
  place: Place,
  subject: Subject,
): Promise<{ broken: string[]; calls: Call[]; after: string[] }> => {
  const clean = await tried(place, subject, null);
  const { calls, first: after, second: twice } = clean;
  const broken: string[] = [];
  if (!clean.outcome.done) broken.push(`does not succeed without a fault: ${clean.outcome.misfit}`);
  for (const [nth, call] of calls.entries()) {
    if (!nightly && isOneOfMany(calls, nth)) continue;
    for (const [trouble, rule] of troublesFor(call, nth)) {
      const name = `call ${nth}, ${call.service} ${call.operation}, ${trouble}`;
      const seen = await tried(place, subject, { ...rule, nth }, clean);
      const isBefore = seen.first.length === 0;
      const isAfter = isSame(seen.first, after);
      const isPart = subject.between?.(seen.first, after) ?? false;
      if (seen.outcome.misfit) broken.push(`${name}: ${seen.outcome.misfit}`);
      if (!isBefore && !isAfter && !isPart)
        broken.push(`${name}: stands between\n${differing(seen.first, after)}`);
      if (seen.outcome.done && !isAfter && !isPart) broken.push(`${name}: is told as done and is not`);
      if (seen.again.misfit) broken.push(`${name}: repeated, ${seen.again.misfit}`);
      const wanted = isAfter && after.length > 0 ? twice : after;
      const missing = clean.queued.filter((job) => !seen.queued.includes(job));
      if (missing.length > 0 && !subject.queuesLater)
        broken.push(`${name}: repeated, ${missing.join(' and ')} is not queued`);
      if (!isSame(seen.second, wanted))
        broken.push(`${name}: repeated, stands elsewhere\n${differing(seen.second, wanted)}`);
    }
  }
  return { broken, calls, after };
};
