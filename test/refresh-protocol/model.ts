import { claimed, closes, committed, consented, givenUp, type Item, type Rules, released } from './item.ts';
import {
  familyOf,
  firstFamily,
  type Kind,
  newestOf,
  older,
  type Provider,
  refreshedAt,
  withNewFamily,
} from './provider.ts';

/**
 * The refresh protocol as a machine: two processes, the item, the provider, and what may go wrong, a
 * few times each. Every state that any order of steps leads to is visited by `explore.ts`.
 *
 * Taken for granted: a request that was sent is handled within the deadline or never.
 */

/** In ticks, in the order of the real times. */
export type Times = { pause: number; deadline: number; limit: number; lease: number };

export type World = {
  kind: Kind;
  times: Times;
  /** How far the second process's clock is ahead. */
  skew: number;
  /** Whether open intents are taken up. */
  sweeps: boolean;
  /** Whether nothing is sent that may outlive its sender's function. */
  sendsInTimeOnly: boolean;
  rules: Rules;
  budget: Budget;
};
/** How often each may still happen. */
type Budget = { uses: number; crashes: number; losses: number; consents: number };

type Got = number | 'dead' | 'refused' | 'unknown';
type Worker =
  | { step: 'idle' }
  | { step: 'ready'; seen: number; token: number; life: number }
  | { step: 'claimed'; fence: number; token: number; life: number }
  | { step: 'sent'; fence: number; token: number; life: number; abort: number; got: Got | null };

export type State = {
  item: Item;
  provider: Provider;
  workers: readonly Worker[];
  /** Requests whose sender died; they may still be handled. */
  orphans: readonly { token: number; left: number }[];
  budget: Budget;
  /** Whether tokens of the newest consent were given that nobody stored. */
  lost: boolean;
  /** Whether the lease is that of a process that died. */
  leaseOfDead: boolean;
  /** Ticks for which an open intent could have been taken up. */
  overdue: number;
  /** Whether somebody asked again before the pause was over. */
  hurried: boolean;
};

const idle: Worker = { step: 'idle' };

export const beginning = ({ budget }: World): State => ({
  item: { state: 'active', version: 0, fence: 0, lease: -1, intent: false, tries: 0, wait: 0, token: 0 },
  provider: firstFamily,
  workers: [idle, idle],
  orphans: [],
  budget,
  lost: false,
  leaseOfDead: false,
  overdue: 0,
  hurried: false,
});

type Step = { name: string; state: State };

const put = (state: State, index: number, worker: Worker, more: Partial<State> = {}): State => ({
  ...state,
  ...more,
  workers: state.workers.map((one, at) => (at === index ? worker : one)),
});
const spend = (budget: Budget, what: keyof Budget): Budget => ({ ...budget, [what]: budget[what] - 1 });

const losing = ({ kind }: World, { lost, provider }: State, token: number, got: Got | null): boolean =>
  lost || (kind.rotates && typeof got === 'number' && familyOf(provider, token) === newestOf(provider));

export const skewOf = ({ skew }: World, index: number): number => (index === 1 ? skew : 0);
const isRecoverable = (world: World, { item }: State, index: number): boolean =>
  world.sweeps &&
  item.intent &&
  item.state === 'active' &&
  item.lease < skewOf(world, index) &&
  item.wait === 0;

/** A process dies: what it sent goes on without it, what it was told is gone. */
const crashed = (world: World, state: State, index: number): State => {
  const worker = state.workers[index] ?? idle;
  const budget = spend(state.budget, 'crashes');
  const holds = worker.step === 'claimed' || worker.step === 'sent';
  const leaseOfDead = state.leaseOfDead || (holds && worker.fence === state.item.fence);
  if (worker.step !== 'sent') return put(state, index, idle, { budget, leaseOfDead });
  const orphans =
    worker.got === null ? [...state.orphans, { token: worker.token, left: worker.abort }] : state.orphans;
  const lost = losing(world, state, worker.token, worker.got);
  return put(state, index, idle, { budget, leaseOfDead, orphans, lost });
};

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

const stepsOf = (world: World, state: State, index: number): Step[] => {
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
    const sent: Worker = { ...worker, step: 'sent', abort: times.deadline, got: null };
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

/** Time passes for all. Nobody outlives its function; nobody waits longer than the deadline; the sweeper comes. */
const tick = (world: World, state: State): State | null => {
  const { item, workers, provider, orphans } = state;
  const { times, kind } = world;
  let next = state;
  for (const [index, worker] of workers.entries()) {
    if (worker.step === 'sent' && worker.got === null && worker.abort === 0) return null;
    if (worker.step === 'idle') continue;
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
  const older_ = (worker: Worker): Worker => {
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
    workers: next.workers.map(older_),
    orphans: orphans
      .concat(next.orphans.slice(orphans.length))
      .flatMap(({ token, left }) => (left > 0 ? [{ token, left: left - 1 }] : [])),
    overdue,
  };
};

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
