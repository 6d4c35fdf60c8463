import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf } from '../../lib/store/integrations.ts';
import { keys } from '../../lib/store/keys.ts';
import { queryAll } from '../../lib/store/table.ts';
import type { Caller } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import { aSite, messageOf } from './benched.ts';
import { holding, transactionsOfRun } from './holding.ts';
import { startedSync } from './synced.ts';

/** Writes of a sync that were on their way when its integration was deleted. */

let bench: Bench;
let admin: Caller;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, id } = await aSite(bench, 5));
});

/** What hangs on the integration, but the hours of its health, which say nothing of anybody. */
const left = async (): Promise<string[]> => {
  const all = await queryAll<{ sk: string }>(keys.ofIntegration(ownerOf(admin, id), id));
  return all.map(({ sk }) => sk).filter((sk) => !sk.startsWith('HEALTH#'));
};

/** Deletes the integration; the message of the purge that follows. */
const deleted = async (): Promise<object> => {
  expect((await admin.delete(`/integrations/${id}`)).status).toBe(204);
  bench.advance(180);
  await bench.runSchedule('sweep-events');
  const messages = await bench.taken({ id: 'purge-integration' });
  const mine = messages.find(({ Body = '' }) => Body.includes(id));
  return JSON.parse(mine?.Body ?? '') as object;
};

describe('a page of records that is on its way when its integration is deleted', () => {
  /** A worker of its own that waits with its page before the database. */
  const worker = async () => {
    const { id: syncId } = await startedSync(admin, id);
    await bench.taken({ id: 'sync' });
    const child = await bench.child('functions/jobs/sync.ts');
    return holding(
      child.faults,
      { operation: 'TransactWriteItems', nth: transactionsOfRun.commits, when: 'before' },
      () => {
        child.start(jobEvent(messageOf(admin, id, syncId)));
        return child.finished();
      },
    );
  };

  it('is not stored behind a purge that has seen all there is and not yet deleted it', async () => {
    const commit = await worker();
    const payload = await deleted();
    // The fourth lists what hangs on the integration, and the purge waits with the list in its hand.
    const purge = await holding(bench.faults, { operation: 'Query', nth: 3, when: 'after' }, () =>
      bench.runJob('purge-integration', payload),
    );
    const listed = await left();

    const worked = await commit();
    const between = await left();
    const purged = await purge();
    const calls = bench.faults.unwatch().map(({ operation }) => operation);

    expect(listed.map((sk) => sk.split('#')[0])).toEqual(['RUN', 'SYNC']);
    // Those of the purge, and what this test looks for meanwhile, twice: nothing was read behind the list.
    expect(calls.filter((operation) => operation === 'Query')).toHaveLength(4 + 2);
    expect([worked, purged]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(between).toEqual(listed);
    expect(await left()).toEqual([]);
  });

  it('is not stored behind a purge that is over', async () => {
    const commit = await worker();
    await bench.runJob('purge-integration', await deleted());

    expect(await commit()).toEqual({ batchItemFailures: [] });
    expect(await left()).toEqual([]);
  });
});

describe('a sync that is being started when its integration is deleted', () => {
  it('is refused, and leaves neither a run nor a message behind', async () => {
    const start = await holding(
      bench.faults,
      { operation: 'TransactWriteItems', nth: 0, when: 'before' },
      () => admin.post(`/integrations/${id}/sync`),
    );
    await bench.runJob('purge-integration', await deleted());

    const { status } = await start();
    bench.faults.unwatch();

    expect(status).toBe(409);
    expect(await left()).toEqual([]);
    expect(await bench.taken({ id: 'sync' })).toEqual([]);
  });

  it('by its schedule is not started', async () => {
    const { body } = await admin.put(`/integrations/${id}/schedule`, { interval: '15m' });
    bench.advance(Math.ceil((Date.parse(body.nextSyncAt) - Date.now()) / 1000) + 60);
    const start = await holding(
      bench.faults,
      { operation: 'TransactWriteItems', nth: 0, when: 'before' },
      () => bench.runSchedule('queue-due-syncs'),
    );
    await bench.runJob('purge-integration', await deleted());

    await start();
    bench.faults.unwatch();

    expect(await left()).toEqual([]);
    expect(await bench.taken({ id: 'sync' })).toEqual([]);
  });
});
