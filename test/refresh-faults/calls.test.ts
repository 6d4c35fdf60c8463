import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CredentialRecord } from '../../lib/model/integration.ts';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import {
  aConnection,
  type Connection,
  credentialOf,
  familiesOf,
  isCurrent,
  refreshCalls,
  refreshed,
} from './connection.ts';
import { nightly, nthOf, path, slowTroubles, troubles } from './path.ts';

/** One call of a refresh in trouble, each call in each kind of it, at a provider without any grace. */

type Seen = { credential: CredentialRecord; current: boolean; asked: number };
type Case = {
  step: (typeof path)[number]['step'];
  trouble: string;
  connection?: Connection;
  /** How the job took it, and what stood then. */
  well?: boolean;
  stood?: Seen;
  /** After the sweeper and one more run. */
  later?: Seen;
};

const all = { ...troubles, ...(nightly && slowTroubles) };
const cases: Case[] = path.flatMap(({ step }) => Object.keys(all).map((trouble) => ({ step, trouble })));

let bench: Bench;

const seen = async (connection: Connection): Promise<Seen> => ({
  credential: await credentialOf(connection),
  current: await isCurrent(connection),
  asked: (await refreshCalls(connection)).length,
});

const befall = async (one: Case): Promise<void> => {
  const connection = await aConnection(bench, 'without a grace period');
  bench.advance(301); // Nothing is cached.
  const rule = all[one.trouble];
  if (!rule) throw new Error(one.trouble);
  bench.faults.watch({ ...rule, nth: nthOf(one.step) });
  one.well =
    (
      await connection.bench.runJob('refresh', {
        ...connection.owner,
        integrationId: connection.id,
        reason: 'use',
        seen: 1,
      })
    ).batchItemFailures.length === 0;
  bench.faults.unwatch();
  one.connection = connection;
  one.stood = await seen(connection);
};

beforeAll(async () => {
  // Pauses of the SDKs and of ours are random times a base: here they are next to nothing.
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  bench = await startBench(shortTimes);
  for (const one of cases) await befall(one);

  await pause(shortTimes.lease);
  bench.advance(31);
  await bench.runSchedule('recover-intents');
  await bench.drain();
  for (const one of cases) {
    if (!one.connection) continue;
    if (one.stood?.credential.tokenVersion === 1 && !one.stood.credential.intentSince)
      await refreshed(one.connection);
    one.later = await seen(one.connection);
  }
}, 1_800_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await bench.stop();
});

it('makes the calls that are tried here, and no others', async () => {
  const connection = await aConnection(bench, 'without a grace period');
  bench.advance(301);
  bench.faults.watch();

  expect(await refreshed(connection)).toBe(true);

  // The first is the test's own look at the version.
  const calls = bench.faults.unwatch().slice(1);
  expect(calls).toEqual(path.map(({ service, operation }) => ({ service, operation, attempts: 1 })));
});

describe.each(cases)('a refresh whose call that $step $trouble', (one) => {
  it('leaves the tokens that work, and no doubt about them', () => {
    const { step, trouble, well, stood } = one;
    const reaches = trouble.startsWith('takes effect');
    const once = trouble.includes('once') || trouble.includes('first');
    // Whoever committed knows it, whatever became of the answer; else the try is repeated.
    const committed = once || step === 'commits';
    const claimed = step === 'claims' && reaches && !once;

    expect(stood?.current).toBe(true);
    expect(well).toBe(committed);
    expect(stood?.asked).toBe(committed ? 1 : 0);
    expect(stood?.credential).toMatchObject({
      state: 'active',
      cause: null,
      tokenVersion: committed ? 2 : 1,
      intentCount: claimed ? 1 : 0,
    });
    expect(stood?.credential.intentSince !== undefined).toBe(claimed);
    expect((stood?.credential.leaseUntil ?? 0) > 0).toBe(claimed);
  });

  it('is made good by the next run, with one request to the provider in all', async () => {
    const { connection, later } = one;

    expect(later?.current).toBe(true);
    expect(later?.asked).toBe(1);
    expect(later?.credential).toMatchObject({
      state: 'active',
      tokenVersion: 2,
      intentCount: 0,
      leaseUntil: 0,
    });
    expect(later?.credential.intentSince).toBeUndefined();
    const families = connection ? await familiesOf(connection) : [];
    expect(families.map(({ spentTwice }) => spentTwice)).toEqual([0]);
  });
});
