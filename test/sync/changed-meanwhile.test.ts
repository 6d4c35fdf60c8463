import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, local } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aSite, historyOf, messageOf, syncOf } from './benched.ts';
import { holding, transactionsOfRun } from './holding.ts';
import { startedSync } from './synced.ts';

/** Schedules that are set between what a sync reads of them and what it writes. */

let bench: Bench;
let admin: Caller;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, id } = await aSite(bench, 3));
});

const set = async (interval: string): Promise<{ interval: string; nextSyncAt: string | null }> => {
  const { status, body, text } = await admin.put(`/integrations/${id}/schedule`, { interval });
  if (status !== 200) throw new Error(`schedule: ${status} ${text}`);
  return body;
};
const shown = async () => (await admin.get(`/integrations/${id}/schedule`)).body;
/** Moves the clock a minute behind a moment, and does what is due then. */
const at = async (moment: string | null): Promise<void> => {
  const { body } = await local('GET', 'clock', undefined, bench.url);
  bench.advance(Math.ceil((Date.parse(moment ?? '') - Date.parse(body.now)) / 1000) + 60);
  await bench.runSchedule('queue-due-syncs');
  await bench.drain();
};
const triggers = async (): Promise<string[]> =>
  (await historyOf(admin, id)).syncs.map(({ trigger }: { trigger: string }) => trigger);

describe('a schedule that is set while a sync begins', () => {
  const beginning = () =>
    holding(bench.faults, { operation: 'TransactWriteItems', nth: 0, when: 'before' }, () =>
      admin.post(`/integrations/${id}/sync`),
    );

  it.each([
    ['for the first time', 'manual'],
    ['anew', '15m'],
  ])('%s stands, and the sync is to be asked for again', async (_, before) => {
    await set(before);
    bench.advance(60);
    const begin = await beginning();
    const wanted = await set('15m');

    const refused = await begin();
    bench.faults.unwatch();
    const after = await shown();
    const again = await startedSync(admin, id);
    await bench.drain();
    await at(wanted.nextSyncAt);

    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(after).toEqual(wanted);
    expect((await syncOf(admin, id, again.id)).state).toBe('succeeded');
    expect(await triggers()).toEqual(['schedule', 'manual']);
  });

  it('to start nothing any more starts nothing any more', async () => {
    const { nextSyncAt } = await set('15m');
    const begin = await beginning();
    await set('manual');

    const { status } = await begin();
    bench.faults.unwatch();
    await at(nextSyncAt);

    expect(status).toBe(409);
    expect(await shown()).toEqual({ interval: 'manual', nextSyncAt: null });
    expect(await triggers()).toEqual([]);
  });
});

describe('a sync that begins or ends while a schedule is set', () => {
  const setting = () =>
    holding(bench.faults, { operation: 'TransactWriteItems', nth: 0, when: 'before' }, () =>
      admin.put(`/integrations/${id}/schedule`, { interval: '15m' }),
    );

  it('by beginning is looked after, and the schedule holds behind it', async () => {
    const set = await setting();
    const { id: syncId } = await startedSync(admin, id);

    const { status, body } = await set();
    bench.faults.unwatch();
    await bench.drain();
    const after = await shown();
    await at(body.nextSyncAt);

    expect(status).toBe(200);
    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
    expect(after).toEqual(body);
    expect(await triggers()).toEqual(['schedule', 'manual']);
  });

  it('by ending leaves it to the schedule when the next is due', async () => {
    const { id: syncId } = await startedSync(admin, id);
    const set = await setting();
    await bench.drain();

    const { status, body } = await set();
    bench.faults.unwatch();
    await at(body.nextSyncAt);

    expect(status).toBe(200);
    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
    expect(await triggers()).toEqual(['schedule', 'manual']);
  });
});

describe('a schedule that is set while a sync ends', () => {
  const { commits, ends } = transactionsOfRun;
  /** A run of which the named transaction is on its way. */
  const running = async (nth: number) => {
    const { id: syncId } = await startedSync(admin, id);
    await bench.taken({ id: 'sync' });
    const goOn = await holding(bench.faults, { operation: 'TransactWriteItems', nth, when: 'before' }, () =>
      bench.runJob('sync', messageOf(admin, id, syncId)),
    );
    return { syncId, goOn };
  };

  it.each([
    ['with its last page', commits],
    ['with its end', ends],
  ])('holds behind it, when the run is on its way %s', async (_, nth) => {
    const before = await set('15m');
    const { syncId, goOn } = await running(nth);
    const wanted = await set('weekly');

    await goOn();
    bench.faults.unwatch();
    await at(before.nextSyncAt);
    const early = await triggers();
    const after = await shown();
    await at(wanted.nextSyncAt);

    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
    expect(early).toEqual(['manual']);
    expect(after).toEqual(wanted);
    expect(await triggers()).toEqual(['schedule', 'manual']);
  });

  it('begins, where nothing was due before', async () => {
    const { goOn } = await running(ends);
    const wanted = await set('15m');

    await goOn();
    bench.faults.unwatch();
    await at(wanted.nextSyncAt);

    expect(await triggers()).toEqual(['schedule', 'manual']);
  });

  it('to start nothing any more starts nothing any more', async () => {
    const before = await set('15m');
    const { goOn } = await running(ends);
    await set('manual');

    await goOn();
    bench.faults.unwatch();
    await at(before.nextSyncAt);

    expect(await triggers()).toEqual(['manual']);
    expect(await shown()).toEqual({ interval: 'manual', nextSyncAt: null });
  });
});
