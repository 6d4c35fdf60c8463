import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { now } from '../../lib/config/clock.ts';
import { ownerOf } from '../../lib/store/integrations.ts';
import { findRun } from '../../lib/store/syncs.ts';
import type { Caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import type { JiraSite } from '../support/standins.ts';
import { aSite, begunOn, messageOf, syncOf } from './benched.ts';

/** How long a run that fails leaves its provider alone. */

const second = 1_000;
const backoff = 10 * second;

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
let syncId: string;
beforeAll(async () => {
  bench = await startBench();
  const settings = JSON.parse(process.env['SETTINGS'] ?? '') as object;
  process.env['SETTINGS'] = JSON.stringify({ ...settings, sync: { attempts: 6, backoff } });
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, site, id } = await aSite(bench, 3));
  syncId = await begunOn(bench, admin, id);
});
afterEach(() => vi.restoreAllMocks());

const answers = (status: number, headers: Record<string, string>, times: number) =>
  site.fault({ match: { path: '/search' }, times, act: { kind: 'answer', status, headers } });
const asked = async (): Promise<number> =>
  (await site.calls()).filter(({ path }) => path.includes('/search')).length;

type Pause = { until: number; atLeast: number; atMost: number };

/** One delivery, and the pause it left: known as closely as the moments around it are. */
const delivered = async (): Promise<Pause> => {
  const before = now();
  await bench.runJob('sync', messageOf(admin, id, syncId), 300);
  const until = (await findRun(ownerOf(admin, id), id, syncId))?.notBefore ?? 0;
  return { until, atLeast: until - now(), atMost: until - before };
};
const moveTo = (moment: number): void => bench.advance(Math.ceil((moment - now()) / second));

/** As often as a run tries, each a call or, where they are tried at once, several. */
const pauses = async (count: number): Promise<Pause[]> => {
  const all: Pause[] = [];
  for (let time = 0; time < count; time += 1) {
    all.push(await delivered());
    moveTo(all.at(-1)?.until ?? 0);
  }
  return all;
};

const expectPauses = (found: readonly Pause[], seconds: readonly number[]): void => {
  expect(found).toHaveLength(seconds.length);
  for (const [index, { atLeast, atMost }] of found.entries()) {
    expect(atLeast, `pause ${index}`).toBeLessThanOrEqual((seconds[index] ?? 0) * second);
    expect(atMost, `pause ${index}`).toBeGreaterThanOrEqual((seconds[index] ?? 0) * second);
  }
};

describe('a run that fails', () => {
  it('waits twice as long each time, by the middle of the draw', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    await answers(500, {}, 1_000);

    expectPauses(await pauses(5), [10, 20, 40, 80, 160]);
  });

  it('asks nothing before the pause is over, whichever message comes', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    await answers(500, {}, 3);
    const { until } = await delivered();
    const before = await asked();

    moveTo(until - 3 * second);
    const early = await delivered();
    const between = await asked();
    moveTo(until + second);
    await delivered();

    expect(before).toBeGreaterThan(0);
    expect(early.until).toBe(until);
    expect(between).toBe(before);
    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
  });

  it('draws its pauses, so that those that fail at one moment do not come back at one moment', async () => {
    await answers(500, {}, 1_000);
    const found: number[] = [];
    for (const drawn of [0, 0.25, 0.75]) {
      vi.spyOn(Math, 'random').mockReturnValue(drawn);
      const { until, atLeast } = await delivered();
      found.push(atLeast);
      moveTo(until + 2 * second);
    }

    // Of 20, 40 and 80 seconds.
    expect(found[0]).toBeLessThanOrEqual(0);
    expect(found[1]).toBeLessThanOrEqual(10 * second);
    expect(found[2]).toBeGreaterThan(10 * second);
  });

  it('waits as long as the provider says, where that is longer', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    await answers(429, { 'retry-after': '100' }, 1_000);

    expectPauses(await pauses(5), [100, 100, 100, 100, 160]);
  });
});
