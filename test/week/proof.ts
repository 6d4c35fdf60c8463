import type { Interval } from '../../lib/model/sync.ts';
import { startBench } from '../support/bench.ts';
import { scheduledIntegrations } from './company.ts';
import { live } from './live.ts';
import { faultsIn, faultsOfAllRecords, faultsOfStatistics, runsIn, syncAll } from './verify.ts';

/**
 * `npm run proof:week -- [INTEGRATIONS] [DAYS] [SEED]`, for the night: a week of a thousand integrations with all
 * intervals, one in twenty at a provider that fails, with workers that die. Ends with 1 where a due sync did not
 * happen once and in time, a record was lost or doubled, or a statistic is not what happened.
 */

const [integrations = 1000, days = 7, seed = 1] = process.argv.slice(2).map(Number);
const intervals: readonly Interval[] = ['15m', '30m', 'hourly', 'daily', 'weekly', 'manual'];
const wanted = Array.from({ length: integrations }, (_, index) => intervals[index % 6] ?? 'manual');
/** Beside what the functions print, which goes to their log. */
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const bench = await startBench();
bench.faults.withoutTokens();
try {
  const all = await scheduledIntegrations(bench, wanted, 20);
  tell(`${all.length} integrations are connected`);
  const life = await live(bench, all, {
    hours: 24 * days,
    step: 60,
    seed,
    lost: 0.02,
    killed: 0.0005,
    blind: 0.002,
    during: 0.004,
    changes: integrations / 10,
    quietHours: 3,
  });
  const runs = await runsIn(all);
  const faults = await faultsIn(all, life);
  await syncAll(bench, all);
  faults.push(...(await faultsOfAllRecords(all)));
  for (let swept = 0; swept <= runs.length * 2; swept += 800) await bench.follow();
  faults.push(...(await faultsOfStatistics(all)));
  const failed = runs.filter(({ state }) => state === 'failed').length;
  tell(
    `${days} days, ${runs.length} runs, ${failed} of them failed, as their providers did; ${life.changes} changes, ` +
      `${life.deliveries} deliveries, ${life.lost} of them lost, ${life.killed} workers and ${life.blindAt.length} schedulers killed: ${faults.length} faults`,
  );
  for (const fault of faults) tell(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await bench.stop();
}
