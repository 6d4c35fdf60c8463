import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cost, type Kind, kinds, measure, type Place } from './measure.ts';
import { readTable } from './table.ts';

/** `capacity.txt`: what each thing asks of others, by its name. */
export const capacity = readTable<keyof Cost>('capacity');

/**
 * Holds everything of a kind to the table: a change that costs more changes the table on purpose, or fails
 * here. Gives the place it all runs at, once it is there.
 */
export const describeCapacity = (kind: Kind): (() => Place) => {
  const { start, subjects } = kinds[kind];
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(() => place.stop());

  it.each([...subjects])('holds for %s', async (name, subject) => {
    const expected = capacity[name] ?? null;

    const { cost } = await measure(place, name, subject, expected);

    expect(cost, 'capacity.txt says otherwise; if this is meant, run `npm run bench:tables`').toEqual(
      expected,
    );
  });
  return () => place;
};
