import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownerOf } from '../../lib/store/integrations.ts';
import { keys } from '../../lib/store/keys.ts';
import { queryAll, write } from '../../lib/store/table.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import type { JiraSite } from '../support/standins.ts';
import { aSite, begunOn, historyOf, messageOf, syncOf } from './benched.ts';
import { recordsOf, startedSync } from './synced.ts';

/** Runs that nobody hears of any more, messages that fail, integrations that go. */

const things = 100;
const longEnough = 660;

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, site, id } = await aSite(bench, things));
});

const begun = () => begunOn(bench, admin, id);
const deliver = (syncId: string, deliveries = 1) =>
  bench.runJob('sync', messageOf(admin, id, syncId), 300, deliveries);
const failuresOf = async () => (await admin.get('/jobs/failed')).body.jobs;
/** What the watch sends, none of which is handled. */
const woken = async (): Promise<number> => {
  bench.advance(longEnough);
  await bench.runSchedule('queue-due-syncs');
  const messages = await bench.taken({ id: 'sync' });
  return messages.filter(({ Body = '' }) => Body.includes(id)).length;
};

describe('the watch', () => {
  it('wakes a run whose message was lost after a minute, and again ten minutes later', async () => {
    const syncId = await begun();
    const wakesAfter = async (seconds: number): Promise<number> => {
      bench.advance(seconds);
      await bench.runSchedule('queue-due-syncs');
      return (await bench.taken({ id: 'sync' })).length;
    };

    const wakes = [await wakesAfter(50), await wakesAfter(11), await wakesAfter(540)];
    bench.advance(61);
    await bench.runSchedule('queue-due-syncs');
    await bench.drain();

    expect(wakes).toEqual([0, 1, 0]);
    expect(await syncOf(admin, id, syncId)).toMatchObject({ state: 'succeeded', processed: things });
  });

  it('gives up on a run that stays where it is, tells the admins, and one of them does it again', async () => {
    await site.fault({
      match: { path: '/search' },
      times: 1,
      act: { kind: 'answer', status: 429, headers: { 'retry-after': '3' } },
    });
    const syncId = await begun();
    await deliver(syncId);

    const wakes: number[] = [];
    for (let time = 0; time < 6; time += 1) wakes.push(await woken());
    const [failure, ...more] = await failuresOf();
    const redriven = await admin.post(`/jobs/failed/${failure?.id}/redrive`);
    await bench.drain();
    const { syncs } = await historyOf(admin, id);

    expect(wakes).toEqual([1, 1, 1, 1, 0, 0]);
    expect(failure).toMatchObject({ job: 'sync', integrationId: id, code: 'internal' });
    expect(more).toEqual([]);
    expect(redriven).toMatchObject({ status: 202, body: { queued: true } });
    expect(syncs.map(({ state }: { state: string }) => state)).toEqual(['succeeded', 'failed']);
    expect(syncs[0]).toMatchObject({ processed: things });
    expect(await failuresOf()).toEqual([]);
  });

  it('has patience with a run that only waits its turn', async () => {
    const syncId = await begun();

    const wakes: number[] = [];
    for (let time = 0; time < 7; time += 1) wakes.push(await woken());

    expect(wakes).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect((await syncOf(admin, id, syncId)).state).toBe('queued');
    await deliver(syncId);
    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
  });

  it('frees an integration whose run is gone', async () => {
    const syncId = await begun();
    await write({ delete: keys.run(ownerOf(admin, id), id, syncId) });

    expect(await woken()).toBe(0);

    const next = await startedSync(admin, id);
    await bench.drain();
    expect(await syncOf(admin, id, next.id)).toMatchObject({ state: 'succeeded', processed: things });
  });
});

describe('a message that fails every time', () => {
  it('ends its run with the last delivery, and is told to the admins of its organisation alone', async () => {
    const syncId = await begun();
    const failing = async (deliveries: number) => {
      // The commit of the first page, behind the one that takes the run.
      bench.faults.watch({
        operation: 'TransactWriteItems',
        nth: 1,
        when: 'before',
        act: 'error',
        attempts: 'all',
      });
      const { batchItemFailures } = await deliver(syncId, deliveries);
      bench.faults.unwatch();
      return batchItemFailures.length;
    };

    const failures = [await failing(1), await failing(4)];
    const between = (await syncOf(admin, id, syncId)).state;
    failures.push(await failing(5));

    expect(failures).toEqual([1, 1, 1]);
    expect(between).toBe('running');
    expect(await syncOf(admin, id, syncId)).toMatchObject({ state: 'failed', code: 'unavailable' });
    expect(await failuresOf()).toMatchObject([{ job: 'sync', integrationId: id, code: 'unavailable' }]);
    const stranger = caller({}, bench.url);
    expect((await stranger.get('/jobs/failed')).body.jobs).toEqual([]);
  });
});

describe('an integration that is deleted during its sync', () => {
  it('leaves nothing of it behind', async () => {
    const owner = ownerOf(admin, id);
    const delay = { kind: 'delay', ms: 0 } as const;
    await site.fault(
      { match: { path: '/search' }, times: 1, act: delay },
      { match: { path: '/search' }, times: 1, act: { kind: 'delay', ms: 3_000 } },
    );
    const syncId = await begun();
    const working = deliver(syncId);
    await vi.waitFor(async () => expect((await recordsOf(admin, id)).size).toBe(90), { timeout: 10_000 });

    const deleted = await admin.delete(`/integrations/${id}`);
    const { batchItemFailures } = await working;
    await bench.follow();
    await deliver(syncId);
    bench.advance(longEnough);
    await bench.runSchedule('queue-due-syncs');

    expect(deleted.status).toBe(204);
    expect(batchItemFailures).toEqual([]);
    const left = await queryAll<{ sk: string }>(keys.ofIntegration(owner, id));
    expect(left.filter(({ sk }) => !sk.startsWith('HEALTH#'))).toEqual([]);
    expect(await bench.taken({ id: 'sync' })).toEqual([]);
    expect((await admin.get(`/integrations/${id}/records`)).status).toBe(404);
  });
});
