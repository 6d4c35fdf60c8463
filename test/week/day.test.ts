import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Interval } from '../../lib/model/sync.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { scheduledIntegrations } from './company.ts';
import { live } from './live.ts';
import { faultsIn, faultsOfAllRecords, faultsOfStatistics, runsIn, syncAll } from './verify.ts';

/** A day of fifty integrations in seconds; `npm run proof:week` lives a week of a thousand. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const day = {
  ...{ hours: 25, step: 60, lost: 0.03, killed: 0.01, blind: 0.02, during: 0.05 },
  ...{ changes: 2, quietHours: 3 },
};
const times = (count: number, interval: Interval): Interval[] =>
  Array.from({ length: count }, () => interval);

it('every due sync of a day happens once and in time, and nothing is lost, doubled or miscounted', {
  timeout: 300_000,
}, async () => {
  const wanted = [
    ...times(19, 'daily'),
    ...times(6, 'hourly'),
    ...times(1, '15m'),
    ...times(2, '30m'),
    ...times(8, 'manual'),
    ...times(5, 'daily'),
    ...times(9, 'weekly'),
  ];
  const all = await scheduledIntegrations(bench, wanted, 20);

  const life = await live(bench, all, { ...day, seed: 7 });
  const runs = await runsIn(all);
  const faults = await faultsIn(all, life);
  await syncAll(bench, all);
  faults.push(...(await faultsOfAllRecords(all)));
  await bench.follow();
  faults.push(...(await faultsOfStatistics(all)));

  expect(faults).toEqual([]);
  expect(all).toHaveLength(50);
  expect(runs.length).toBeGreaterThan(300);
  expect(runs.filter(({ state }) => state === 'failed').length).toBeGreaterThan(5);
  expect(life.killed).toBeGreaterThan(0);
  expect(life.lost).toBeGreaterThan(5);
  expect(life.changes).toBeGreaterThan(20);
  expect(life.changedDuring).toBeGreaterThan(3);
  expect(life.blindAt.length).toBeGreaterThan(0);
});
