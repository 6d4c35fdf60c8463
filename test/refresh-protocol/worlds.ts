import type { Settings } from '../../lib/contract/settings.ts';
import { rules } from './item.ts';
import type { Kind } from './provider.ts';
import type { Times, World } from './state.ts';

/** The worlds that are explored: the environment's own times, in few ticks that keep their order. */

type Limits = Pick<Settings['refresh'], 'pause' | 'deadline' | 'limit' | 'lease'>;

export const ticksOf = (limits: Limits): Times => {
  const { pause, deadline, limit, lease } = limits;
  const order = [...new Set([pause, deadline, limit, lease])].toSorted((a, b) => a - b);
  const ticks = (time: number): number => order.indexOf(time) + 1;
  return { pause: ticks(pause), deadline: ticks(deadline), limit: ticks(limit), lease: ticks(lease) };
};

/** The provider's grace holds as many leases as it really does. */
export const graceTicks = (graceSeconds: number, { lease }: Limits, times: Times): number =>
  Math.floor(((graceSeconds * 1000) / lease) * times.lease);

export const kindsWith = (grace: number) =>
  ({
    'rotates, forgives for a while': { rotates: true, grace, reuseRevokesFamily: true },
    'rotates, and revokes the family on reuse': { rotates: true, grace: 0, reuseRevokesFamily: true },
    'rotates, and refuses reuse': { rotates: true, grace: 0, reuseRevokesFamily: false },
    'does not rotate': { rotates: false, grace: 0, reuseRevokesFamily: false },
  }) satisfies Record<string, Kind>;

/** How much goes wrong; a process that stalls counts as one that crashes. */
export const budgets = {
  'a crash and a loss': { uses: 2, crashes: 1, losses: 1, consents: 0 },
  'a crash and a new consent in the middle of it': { uses: 2, crashes: 1, losses: 0, consents: 1 },
  'two crashes': { uses: 2, crashes: 2, losses: 0, consents: 0 },
};

/** Clocks are apart by no more than a lease outlasts the function that holds it. */
export const worldOf = (kind: Kind, times: Times, budget: World['budget']): World => ({
  kind,
  times,
  budget,
  skew: 1,
  sweeps: true,
  sendsInTimeOnly: true,
  rules,
});
