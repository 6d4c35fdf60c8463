import { consented } from './item.ts';
import { refreshedAt, withNewFamily } from './provider.ts';
import { losing, type State, type Step, spend, type World } from './state.ts';
import { stepsOf } from './steps.ts';
import { tick } from './time.ts';

/**
 * The refresh protocol as a machine: two processes, the item, the provider, and what may go wrong, a
 * few times each. Every state that any order of steps leads to is visited by `explore.ts`.
 *
 * Taken for granted: a request that was sent is handled within the deadline or never.
 */

export const successors = (world: World, state: State): Step[] => {
  const { budget, provider, orphans, item } = state;
  const { kind } = world;
  const steps = state.workers.flatMap((_, index) => stepsOf(world, state, index));
  for (const [at, { token }] of orphans.entries()) {
    const handled = refreshedAt(provider, kind, token);
    const lost = losing(world, state, token, handled.got);
    steps.push({
      name: 'late handling',
      state: {
        ...state,
        provider: handled.provider,
        orphans: orphans.filter((_, index) => index !== at),
        lost,
      },
    });
  }
  if (budget.consents > 0) {
    const next = withNewFamily(provider);
    steps.push({
      name: 'consent',
      state: {
        ...state,
        provider: next,
        item: consented(item, next.tokens.length - 1),
        budget: spend(budget, 'consents'),
        leaseOfDead: false,
        lost: false,
      },
    });
  }
  const later = tick(world, state);
  if (later) steps.push({ name: 'tick', state: later });
  return steps;
};
