import { now } from '../config/clock.ts';

/** Keeps promises for a time, at most so many; one that fails is forgotten, so that the next call tries again. */
export const timedCache = <T>(keptFor: number, keptAtMost: number) => {
  const entries = new Map<string, { until: number; value: Promise<T> }>();
  return {
    get: (name: string, load: () => Promise<T>): Promise<T> => {
      const hit = entries.get(name);
      if (hit && hit.until > now()) return hit.value;
      const value = load();
      entries.delete(name);
      entries.set(name, { until: now() + keptFor, value });
      for (const oldest of entries.keys()) {
        if (entries.size <= keptAtMost) break;
        entries.delete(oldest);
      }
      value.catch(() => entries.delete(name));
      return value;
    },
    /** Forgets what is kept under names that begin so. */
    drop: (beginning: string): void => {
      for (const name of entries.keys()) if (name.startsWith(beginning)) entries.delete(name);
    },
  };
};
