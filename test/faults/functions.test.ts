import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rows, startPlace } from './background.ts';
import { type Subject, timeLimit, tryAll, writing } from './trial.ts';

/** Every job, schedule, command and consumer of the stream, with each of its calls in trouble. */

let place: Awaited<ReturnType<typeof startPlace>>;
beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  place = await startPlace();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await place.stop();
});

describe.each(Object.entries(rows))('%s', (name, row) => {
  it(
    'leaves what stood or what should stand, and ends there when it is repeated',
    async () => {
      const subject: Subject = { between: null, ...row };

      const { broken, calls } = await tryAll(place, subject);

      expect(broken, name).toEqual([]);
      // One that finds nothing to do shows nothing.
      const writes = calls.filter(({ operation }) => writing.test(operation));
      expect(writes.length).toBeGreaterThan(0);
    },
    timeLimit,
  );
});
