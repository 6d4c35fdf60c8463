import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { calls, startPlace, subjectOf } from './calls.ts';
import { timeLimit, tryAll } from './trial.ts';

/** Every operation, in each way the authorisation matrix has for it, with each of its calls in trouble. */

let place: Awaited<ReturnType<typeof startPlace>>;
beforeAll(async () => {
  // Pauses of the SDKs and of ours are random times a base: here they are next to nothing.
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  place = await startPlace();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await place.stop();
});

it.each(calls.map((line) => ({ name: line.name, line })))(
  '$name leaves what stood or what should stand, and ends there when it is repeated',
  async ({ name, line }) => {
    const { broken } = await tryAll(place, subjectOf(line));

    expect(broken, name).toEqual([]);
  },
  timeLimit,
);
