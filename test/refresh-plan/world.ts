import { manifest as github } from '../../lib/connectors/github/manifest.ts';
import { manifest as google } from '../../lib/connectors/google_calendar/manifest.ts';
import { manifest as jira } from '../../lib/connectors/jira/manifest.ts';
import { manifest as outlook } from '../../lib/connectors/microsoft_outlook/manifest.ts';

/** Who connects what, and when it is used: everything of the simulation that is not the product's. */

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Numbers that look random, the same in every run. */
export const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

type Provider = {
  id: string;
  share: number;
  lifetime: number;
  refreshTtlDays: number | null;
  perSecond: number;
};

const known = ({ id, oauth }: typeof jira, share: number, lifetime: number): Provider => ({
  id,
  share,
  lifetime,
  refreshTtlDays: oauth?.refresh.refreshTtlDays ?? null,
  perSecond: oauth?.refresh.perSecond ?? 10,
});

/** All with tokens of an hour, the hardest case; one whose refresh tokens do not outlive a month. */
export const providers: readonly [Provider, ...Provider[]] = [
  known(jira, 0.4, hour),
  known(github, 0.2, hour),
  known(google, 0.25, hour),
  known(outlook, 0.1, hour),
  { id: 'short', share: 0.05, lifetime: hour, refreshTtlDays: 14, perSecond: 10 },
];

/** Which provider a connection is of, as an index. */
export const chooseProvider = (random: () => number): number => {
  const point = random();
  let reached = 0;
  const found = providers.findIndex(({ share }) => {
    reached += share;
    return point < reached;
  });
  return Math.max(0, found);
};

/** One organisation has a tenth of all connections; the others share the rest, most of them a few. */
export const organizationOf = (connection: number, connections: number): number => {
  const big = connections / 10;
  if (connection < big) return 0;
  return 1 + Math.floor((connection - big) / 45);
};

/** On a day a tenth of the connections is used, for four hours on end, every few minutes. */
export const usedOnADay = 0.1;
export const session = 4 * hour;
export const gap = 6 * minute;
/** Days begin anywhere on earth, most of them in two thirds of the day. */
export const startOf = (random: () => number): number =>
  random() < 0.8 ? random() * 12 * hour : random() * 20 * hour;
