import { describe, expect, it } from 'vitest';
import { intervals } from '../../lib/model/sync.ts';
import { firstRun, nextRun, pauseAfter } from '../../lib/sync/timing.ts';

const minute = 60_000;

describe('the reckoning', () => {
  it('spreads first runs over a tenth of the interval, the same for the same integration', () => {
    const at = (name: string) => firstRun('daily', name, 0) ?? 0;
    const firsts = Array.from({ length: 200 }, (_, index) => at(`int_${index}`));

    expect(firsts).toEqual(Array.from({ length: 200 }, (_, index) => at(`int_${index}`)));
    expect(Math.max(...firsts)).toBeLessThanOrEqual(1440 * minute);
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0.9 * 1440 * minute);
    expect(new Set(firsts.map((first) => Math.floor(first / (10 * minute)))).size).toBeGreaterThan(10);
    expect(firstRun('manual', 'int_1', 0)).toBeNull();
  });

  it.each(Object.keys(intervals) as (keyof typeof intervals)[])('of %s never looks back', (interval) => {
    const length = (intervals[interval] ?? 0) * minute;
    for (const now of [1_000, 1_000 + length - 1, 1_000 + length, 1_000 + 7.5 * length]) {
      const next = nextRun(interval, 1_000, now);
      if (length === 0) expect(next).toBeNull();
      else {
        expect(next).toBeGreaterThan(now);
        expect(next).toBeLessThanOrEqual(now + length);
        expect(((next ?? 0) - 1_000) % length).toBe(0);
      }
    }
  });

  it('of pauses doubles a bound, stays under a quarter of an hour, and heeds what the provider said', () => {
    const longest = [1, 2, 3, 4].map((failures) => pauseAfter(failures, 200, null, () => 1));

    expect(longest).toEqual([400, 800, 1600, 3200]);
    expect(pauseAfter(3, 200, null, () => 0)).toBe(0);
    expect(pauseAfter(40, 200, null, () => 1)).toBe(15 * minute);
    expect(pauseAfter(1, 200, 90, () => 0)).toBe(90_000);
  });
});
