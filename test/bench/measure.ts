import { isDeepStrictEqual } from 'node:util';
import { metrics, resetMetrics } from '../../infra/local/functions.ts';
import { rows, startPlace as startBackground } from '../faults/background.ts';
import { calls, startPlace as startCalls, subjectOf } from '../faults/calls.ts';
import type { Subject } from '../faults/trial.ts';

/**
 * What each operation, job, schedule, command and record of the stream asks of others, counted by running
 * it against the local cloud, warm: its modules loaded, its organisation's data key known.
 */

/** One run. Units as DynamoDB tells them; `log` is the lines that are written. */
export type Cost = {
  requests: number;
  writes: number;
  readUnits: number;
  writeUnits: number;
  kms: number;
  sqs: number;
  provider: number;
  log: number;
};
export type Place = Awaited<ReturnType<typeof startCalls>>;
type Run = Pick<Subject, 'prepare'>;
type Measured = { cost: Cost; logBytes: number };

/** All that was counted since the last reset: a run may be several invocations. */
const counted = (): Omit<Cost, 'log'> => {
  const sum = { requests: 0, writes: 0, readUnits: 0, writeUnits: 0, kms: 0, sqs: 0, provider: 0 };
  for (const { dynamodb, kms, sqs, provider } of Object.values(metrics())) {
    for (const name of ['requests', 'writes', 'readUnits', 'writeUnits'] as const)
      sum[name] += dynamodb[name];
    sum.kms += kms;
    sum.sqs += sqs;
    sum.provider += provider;
  }
  return sum;
};

/** What functions print while something runs. */
const printedBy = async (run: () => Promise<void>): Promise<string[]> => {
  const write = process.stdout.write.bind(process.stdout);
  const printed: string[] = [];
  process.stdout.write = ((chunk: string) => {
    printed.push(chunk);
    return true;
  }) as typeof process.stdout.write;
  try {
    await run();
    return printed;
  } finally {
    process.stdout.write = write;
  }
};

const runOnce = async (place: Place, name: string, { prepare }: Run): Promise<Measured> => {
  await place.table.restore(place.stands);
  const run = await prepare();
  resetMetrics();
  const printed = await printedBy(async () => {
    const { done, misfit } = await run();
    if (!done) throw new Error(`${name} does not succeed: ${misfit}`);
  });
  const log = printed.join('');
  return {
    cost: { ...counted(), log: log.split('\n').filter(Boolean).length },
    logBytes: Buffer.byteLength(log),
  };
};

/**
 * The lesser of two runs behind a first one: each tenth call of a provider writes the books of its
 * integration too. One run is enough where it comes to what is expected.
 */
export const measure = async (
  place: Place,
  name: string,
  subject: Run,
  expected: Cost | null = null,
): Promise<Measured> => {
  await runOnce(place, name, subject);
  const first = await runOnce(place, name, subject);
  if (isDeepStrictEqual(first.cost, expected)) return first;
  const second = await runOnce(place, name, subject);
  return second.cost.requests < first.cost.requests ? second : first;
};

/** The two kinds there are, each for a process of its own. */
export const kinds = {
  calls: { start: startCalls, subjects: new Map(calls.map((line) => [line.name, subjectOf(line)])) },
  background: { start: startBackground, subjects: new Map<string, Run>(Object.entries(rows)) },
};
export type Kind = keyof typeof kinds;
