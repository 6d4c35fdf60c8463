import type { Item, Rules } from './item.ts';
import { familyOf, firstFamily, type Kind, newestOf, type Provider } from './provider.ts';

/** The states of the model, and what befalls a process in any of them. */

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
export type Budget = { uses: number; crashes: number; losses: number; consents: number };

export type Got = number | 'dead' | 'refused' | 'unknown';
export type Worker =
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

export const idle: Worker = { step: 'idle' };

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

export type Step = { name: string; state: State };

export const put = (state: State, index: number, worker: Worker, more: Partial<State> = {}): State => ({
  ...state,
  ...more,
  workers: state.workers.map((one, at) => (at === index ? worker : one)),
});
export const spend = (budget: Budget, what: keyof Budget): Budget => ({
  ...budget,
  [what]: budget[what] - 1,
});

export const losing = ({ kind }: World, { lost, provider }: State, token: number, got: Got | null): boolean =>
  lost || (kind.rotates && typeof got === 'number' && familyOf(provider, token) === newestOf(provider));

export const skewOf = ({ skew }: World, index: number): number => (index === 1 ? skew : 0);
export const isRecoverable = (world: World, { item }: State, index: number): boolean =>
  world.sweeps &&
  item.intent &&
  item.state === 'active' &&
  item.lease < skewOf(world, index) &&
  item.wait === 0;

/** A process dies: what it sent goes on without it, what it was told is gone. */
export const crashed = (world: World, state: State, index: number): State => {
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
