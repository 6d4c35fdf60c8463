import type { Bench } from '../support/bench.ts';
import type { Call, Rule } from '../support/faults.ts';

/** Functions killed at the calls they make, before and after each takes effect. */

export const nightly = process.env['NIGHTLY'] === '1';

export type Kill = { name: string; rule: Rule };

const moments = ['before', 'after'] as const;
/** Between two of these nothing changes, so that a death at a read is one of these as well. */
const writes = /^(UpdateItem|PutItem|TransactWriteItems|SendMessageBatch)$/;

/** By night all there is; in the suite the writes. */
export const killsAt = (calls: readonly Call[]): Kill[] =>
  calls.flatMap(({ operation }, index) => {
    const nth = calls.slice(0, index).filter((call) => call.operation === operation).length;
    return (nightly || writes.test(operation) ? moments : []).map((when) => ({
      name: `${operation} ${nth}, ${when}`,
      rule: { operation, nth, when, act: 'hang', attempts: 'all' } satisfies Rule,
    }));
  });

/** Of many the suite takes so many, from the first to the last. */
export const sampled = <T>(all: readonly T[], count: number): T[] =>
  nightly
    ? [...all]
    : all.filter(
        (_, index) =>
          Math.floor((index * count) / all.length) !== Math.floor(((index - 1) * count) / all.length),
      );

/** A function in a process of its own, to its end: the calls it makes. */
export const callsOf = async (bench: Bench, file: string, event: unknown): Promise<Call[]> => {
  const child = await bench.child(file);
  child.faults.watch();
  child.start(event, 300);
  await child.finished();
  return child.faults.unwatch();
};

/** The same, killed where the rule says. */
export const killed = async (
  bench: Bench,
  file: string,
  event: unknown,
  { rule, name }: Kill,
): Promise<void> => {
  const child = await bench.child(file);
  child.faults.watch(rule);
  const held = child.faults.held();
  child.start(event, 300);
  const over = child.finished().then(() => {
    throw new Error(`It ended before it came to ${name}.`);
  });
  await Promise.race([held, over]);
  over.catch(() => null);
  await child.kill();
};
