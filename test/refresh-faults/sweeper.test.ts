import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, startBench } from '../support/bench.ts';
import {
  aConnection,
  childFor,
  credentialOf,
  eventFor,
  refreshCalls,
  refreshed,
  tokenFault,
  until,
} from './connection.ts';

/** At the lease of the real times: whoever may still hold a token is left alone, however our clock goes. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

it('the sweeper and everybody else leave a refresh alone that may still be under way', async () => {
  const connection = await aConnection(bench, 'without a grace period');
  const child = await childFor(bench);
  await tokenFault(connection, { when: 'after', act: { kind: 'hang' } });
  child.start(eventFor(connection));
  await until(async () => (await refreshCalls(connection)).length === 1);
  const held = await credentialOf(connection);
  expect(held.intentSince).toBeDefined();
  expect(held.leaseUntil).toBeGreaterThan(Date.now());

  bench.advance(86_400);
  await bench.runSchedule('recover-intents');
  const queued = await bench.taken({ id: 'refresh' });
  expect(await refreshed(connection)).toBe(true);
  await child.kill();
  await bench.runSchedule('recover-intents');

  expect([...queued, ...(await bench.taken({ id: 'refresh' }))]).toEqual([]);
  expect(await refreshed(connection)).toBe(true);
  expect(await credentialOf(connection)).toEqual(held);
  expect(await refreshCalls(connection)).toHaveLength(1);
});

it('a refresh that has too little time left gives its message back', async () => {
  const connection = await aConnection(bench, 'without a grace period');
  const before = await credentialOf(connection);

  expect(await refreshed(connection, 60)).toBe(false);

  expect(await credentialOf(connection)).toEqual(before);
  expect(await refreshCalls(connection)).toEqual([]);
});
