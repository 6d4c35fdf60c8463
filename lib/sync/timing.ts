import { createHash } from 'node:crypto';
import { type Interval, intervals } from '../model/sync.ts';

const minute = 60_000;

/** When a run is looked after that nobody heard of, and one that was only just begun: its message may be lost. */
export const watchAfter = 10 * minute;
export const firstWatchAfter = minute;

/** Milliseconds between runs; null where only a person starts one. */
export const lengthOf = (interval: Interval): number | null => {
  const minutes = intervals[interval];
  return minutes === null ? null : minutes * minute;
};

/**
 * The first run of a new schedule: an interval from now, earlier by up to a tenth of it, so that what was
 * set at one hour does not run at one hour for ever.
 */
export const firstRun = (interval: Interval, id: string, now: number): number | null => {
  const length = lengthOf(interval);
  if (length === null) return null;
  const share = createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
  return Math.round(now + length - share * 0.1 * length);
};

/** The next run behind one that was due: on the same beat, the missed ones left out. */
export const nextRun = (interval: Interval, dueAt: number, now: number): number | null => {
  const length = lengthOf(interval);
  if (length === null) return null;
  const missed = Math.max(0, Math.floor((now - dueAt) / length));
  return dueAt + (missed + 1) * length;
};

/** Full jitter under a doubling bound, and never before the provider said, in milliseconds. */
export const pauseAfter = (
  failures: number,
  base: number,
  retryAfter: number | null,
  random: () => number = Math.random,
): number => {
  const bound = Math.min(15 * minute, base * 2 ** failures);
  return Math.max(Math.round(random() * bound), (retryAfter ?? 0) * 1000);
};
