import { older } from './provider.ts';
import { crashed, isRecoverable, type State, spend, type Worker, type World } from './state.ts';

/** Time passes for all. Nobody outlives its function; nobody waits longer than the deadline; the sweeper comes. */
export const tick = (world: World, state: State): State | null => {
  const { item, workers, provider, orphans } = state;
  const { times, kind } = world;
  let next = state;
  for (const [index, worker] of workers.entries()) {
    if (worker.step === 'sent' && worker.got === null && worker.abort === 0) return null;
    if (worker.step === 'idle') continue;
    // Nothing of ours takes long between the steps before sending; a process that stalls there counts as a crash.
    const dies = worker.life === 0;
    const stalls = worker.step !== 'sent' && worker.life === times.deadline;
    if (!dies && !stalls) continue;
    if (next.budget.crashes === 0) return null;
    next =
      dies || worker.step === 'ready'
        ? crashed(world, next, index)
        : { ...next, budget: spend(next.budget, 'crashes') };
  }
  const recoverable = workers.every((_, index) => isRecoverable(world, state, index));
  const overdue = recoverable ? state.overdue + 1 : 0;
  if (overdue > 1 && next.workers.some(({ step }) => step === 'idle')) return null;
  const presented = new Set([
    item.token,
    ...orphans.map(({ token }) => token),
    ...workers.flatMap((worker) => (worker.step === 'idle' ? [] : [worker.token])),
  ]);
  const aged = (worker: Worker): Worker => {
    if (worker.step === 'idle') return worker;
    const life = worker.life - 1;
    return worker.step === 'sent'
      ? { ...worker, life, abort: Math.max(0, worker.abort - 1) }
      : { ...worker, life };
  };
  return {
    ...next,
    item: { ...item, lease: Math.max(-1, item.lease - 1), wait: Math.max(0, item.wait - 1) },
    provider: older(provider, kind, presented),
    workers: next.workers.map(aged),
    orphans: next.orphans.flatMap(({ token, left }) => (left > 0 ? [{ token, left: left - 1 }] : [])),
    overdue,
  };
};
