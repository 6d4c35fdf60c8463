import type { Faults, Rule } from '../support/faults.ts';

/**
 * Begins something and waits until one of its calls is on hold; what is given lets it go on, and tells how it ended.
 */
export const holding = async <T>(
  faults: Faults,
  rule: Pick<Rule, 'operation' | 'nth' | 'when'>,
  begin: () => Promise<T>,
): Promise<() => Promise<T>> => {
  faults.watch({ ...rule, act: 'hold', attempts: 'all' });
  const held = faults.held();
  const ending = begin();
  const early = ending.then(() => {
    throw new Error('It ended before anything was on hold.');
  });
  await Promise.race([held, early]);
  early.catch(() => null);
  return async () => {
    faults.release();
    return ending;
  };
};

/** The transactions of a run with one page, in their order. */
export const transactionsOfRun = { takes: 0, commits: 1, ends: 2 } as const;
