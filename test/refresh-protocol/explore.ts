import { successors } from './model.ts';
import { familyOf, isUsable, newestOf, type Provider } from './provider.ts';
import { beginning, type State, type World } from './state.ts';

/** Visits every state there is, the nearest first, and says what is wrong with the first bad one. */

type Rule = { name: string; holds: (world: World, state: State) => boolean };

const lives = (provider: Provider): boolean => !provider.revoked.includes(newestOf(provider));

/** Of every state. */
const always: readonly Rule[] = [
  {
    name: 'two live processes hold one token',
    holds: (_, { workers }) => {
      const held = workers.flatMap((one) =>
        one.step === 'claimed' || one.step === 'sent' ? [one.token] : [],
      );
      return new Set(held).size === held.length;
    },
  },
  {
    name: 'a token is lost and nobody knows',
    holds: ({ kind }, { item, provider }) =>
      item.state === 'needs_reauth' || item.intent || isUsable(provider, kind, item.token),
  },
  {
    name: 'an older grant won over the newest consent',
    holds: (_, { item, provider }) => familyOf(provider, item.token) === newestOf(provider),
  },
  {
    name: 'a connection was lost though the provider forgives',
    holds: ({ kind }, { item, provider }) =>
      (kind.rotates && kind.grace === 0) || (item.state === 'active' && lives(provider)),
  },
  {
    name: 'a connection was lost though no answer was',
    holds: (_, { item, provider, lost }) => lost || (item.state === 'active' && lives(provider)),
  },
  {
    name: 'a lease keeps others away though its holder was answered',
    holds: (_, { item, workers, leaseOfDead }) =>
      item.lease < 0 ||
      leaseOfDead ||
      workers.some((one) => (one.step === 'claimed' || one.step === 'sent') && one.fence === item.fence),
  },
  { name: 'somebody asked again before the pause was over', holds: (_, { hurried }) => !hurried },
];

/** Of states where nothing more can happen. */
const atRest: readonly Rule[] = [
  {
    name: 'it came to rest with an intent open',
    holds: (_, { item }) => item.state === 'needs_reauth' || !item.intent,
  },
  {
    name: 'it came to rest with a dead token',
    holds: ({ kind }, { item, provider }) =>
      item.state === 'needs_reauth' || isUsable(provider, kind, item.token),
  },
];

export type Finding = { states: number; broken: string | null; way: string[]; ends: Record<string, number> };

const most = 400_000;

export const explore = (world: World): Finding => {
  const first = beginning(world);
  const start = JSON.stringify(first);
  const cameFrom = new Map<string, { from: string | null; by: string }>([[start, { from: null, by: '' }]]);
  const queue: { key: string; state: State }[] = [{ key: start, state: first }];
  const ends: Record<string, number> = {};

  const wayTo = (key: string): string[] => {
    const { from, by } = cameFrom.get(key) ?? { from: null, by: '' };
    return from === null ? [] : [...wayTo(from), by];
  };
  for (let next = 0; next < queue.length; next += 1) {
    const { key, state } = queue[next] ?? { key: start, state: first };
    let rests = true;
    for (const { name, state: later } of successors(world, state)) {
      const laterKey = JSON.stringify(later);
      if (laterKey !== key) rests = false;
      if (cameFrom.has(laterKey)) continue;
      if (queue.length === most) throw new Error('There are more states than this model should have.');
      cameFrom.set(laterKey, { from: key, by: name });
      queue.push({ key: laterKey, state: later });
    }
    const rulesHere = rests ? [...always, ...atRest] : always;
    const broken = rulesHere.find(({ holds }) => !holds(world, state))?.name ?? null;
    if (broken !== null) return { states: queue.length, broken, way: wayTo(key), ends };
    if (rests) ends[state.item.state] = (ends[state.item.state] ?? 0) + 1;
  }
  return { states: queue.length, broken: null, way: [], ends };
};
