import { claimed, closes, committed, givenUp, released } from './item.ts';
import { refreshedAt } from './provider.ts';
import {
  crashed,
  idle,
  isRecoverable,
  losing,
  put,
  type State,
  type Step,
  skewOf,
  spend,
  type Worker,
  type World,
} from './state.ts';

/** What one process can do next, and what can befall what it sent. */

const finished = (world: World, state: State, index: number, worker: Worker & { step: 'sent' }): State => {
  const { rules, times } = world;
  const { item } = state;
  const { fence, got } = worker;
  if (typeof got === 'number') {
    const next = committed(item, fence, got, rules);
    return put(state, index, idle, next ? { item: next } : { lost: losing(world, state, worker.token, got) });
  }
  if (got === 'dead') return put(state, index, idle, { item: givenUp(item, fence, rules) ?? item });
  const closed = closes(item, got ?? 'unknown', rules);
  return put(state, index, idle, {
    item: released(item, fence, { closed, pause: times.pause }, rules) ?? item,
  });
};

export const stepsOf = (world: World, state: State, index: number): Step[] => {
  const { item, budget, provider } = state;
  const { times, kind, rules } = world;
  const worker = state.workers[index] ?? idle;
  const steps: Step[] = [];
  const add = (name: string, next: State): void => void steps.push({ name: `${name} ${index}`, state: next });
  const ready: Worker = { step: 'ready', seen: item.version, token: item.token, life: times.limit };

  if (worker.step === 'idle') {
    if (isRecoverable(world, state, index)) add('recover', put(state, index, ready, { overdue: 0 }));
    else if (budget.uses > 0 && item.state === 'active')
      add('use', put(state, index, ready, { budget: spend(budget, 'uses') }));
    return steps;
  }
  if (budget.crashes > 0) add('crash', crashed(world, state, index));
  if (worker.step === 'ready') {
    const { seen, token, life } = worker;
    const next = claimed(item, { seen, lease: times.lease, skew: skewOf(world, index) }, rules);
    const hurried = state.hurried || (next !== null && item.wait > 0);
    if (next)
      add(
        'claim',
        put(
          state,
          index,
          { step: 'claimed', fence: next.fence, token, life },
          { item: next, leaseOfDead: false, hurried },
        ),
      );
    else add('refused claim', put(state, index, idle));
  } else if (worker.step === 'claimed') {
    const sent = { ...worker, step: 'sent' as const, abort: times.deadline, got: null };
    if (worker.life >= times.deadline || !world.sendsInTimeOnly) add('send', put(state, index, sent));
    else add('give back', finished(world, state, index, { ...sent, got: 'refused' }));
  } else if (worker.got !== null) {
    add(`finish ${worker.got}`, finished(world, state, index, worker));
  } else {
    const handled = refreshedAt(provider, kind, worker.token);
    add('answer', put(state, index, { ...worker, got: handled.got }, { provider: handled.provider }));
    if (budget.losses > 0) {
      const less = spend(budget, 'losses');
      add('refusal', put(state, index, { ...worker, got: 'refused' }, { budget: less }));
      add('lost request', put(state, index, { ...worker, got: 'unknown' }, { budget: less }));
      const lost = losing(world, state, worker.token, handled.got);
      const gone = { budget: less, provider: handled.provider, lost };
      add('lost answer', put(state, index, { ...worker, got: 'unknown' }, gone));
    }
  }
  return steps;
};
