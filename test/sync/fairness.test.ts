import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now } from '../../lib/config/clock.ts';
import { queueVariable } from '../../lib/contract/grants.ts';
import { inParallel } from '../../lib/model/parallel.ts';
import { ownerOf } from '../../lib/store/integrations.ts';
import { keys } from '../../lib/store/keys.ts';
import { findSync } from '../../lib/store/syncs.ts';
import { write } from '../../lib/store/table.ts';
import { startQueue } from '../bench/due-queue.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';

/** One organisation with many syncs due at one moment, and others with a single one. */

const many = 30;
const few = 4;
const minute = 60_000;

let bench: Bench;
let queue: Awaited<ReturnType<typeof startQueue>>;
beforeAll(async () => {
  bench = await startBench();
  queue = await startQueue(() => 0);
  process.env[queueVariable('sync')] = `${new URL(queue.url).origin}/000000000000/sync`;
  process.env['AWS_ENDPOINT_URL_SQS'] = new URL(queue.url).origin;
});
afterAll(async () => {
  queue.stop();
  await bench.stop();
});

/** An integration that has been due for so long, in a part of the index. */
const due = async (admin: Caller, since: number, shard: number): Promise<void> => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const { id } = await connectedJira(admin, site, 'organization', { name: site.host });
  await admin.put(`/integrations/${id}/schedule`, { interval: 'weekly' });
  const dueAt = now() - since;
  await write({
    update: keys.sync(ownerOf(admin, id), id),
    set: { due: `sync#${shard}`, dueAt, nextSyncAt: dueAt },
  });
};

describe('syncs that are due at one moment', () => {
  it.each([
    ['in one part of the index', 0],
    ['in several parts of the index', 7],
  ])(
    'take turns between organisations, %s: those with one do not wait for one with many',
    async (_, shard) => {
      const big = caller({}, bench.url);
      const small = Array.from({ length: few }, () => caller({}, bench.url));
      await inParallel(4, [...Array(many).keys()], (index) => due(big, (many - index) * minute + minute, 0));
      await inParallel(4, small, (admin) => due(admin, minute, shard));

      await bench.runSchedule('queue-due-syncs');

      const order = queue.before(1).map(({ body }) => (body as { organizationId: string }).organizationId);
      expect(order).toHaveLength(many + few);
      expect(order.slice(0, few + 1).toSorted()).toEqual(
        [big, ...small].map(({ organizationId }) => organizationId).toSorted(),
      );
    },
  );

  it('are begun first for a plan with priority, set by whoever has it now', async () => {
    const others = Array.from({ length: few }, () => caller({}, bench.url));
    const first = caller({ plan: 'premium' }, bench.url);
    const lapsed = caller({ plan: 'premium' }, bench.url);
    const free = caller({ ...lapsed, plan: 'free' }, bench.url);
    for (const admin of [...others, lapsed, first]) {
      const { id } = await connectedJira(admin, await aJiraSite({}, bench.standins['jira']));
      const path = `/integrations/${id}/schedule`;
      await admin.put(path, { interval: 'daily' });
      if (admin === lapsed) {
        await free.put(path, { interval: 'daily' });
        expect((await findSync(ownerOf(lapsed, id), id))?.due).toMatch(/^sync#/);
      }
    }

    bench.advance(86_400);
    await bench.runSchedule('queue-due-syncs');

    const order = queue.before(1).map(({ body }) => (body as { organizationId: string }).organizationId);
    expect(order.indexOf(first.organizationId)).toBe(0);
    expect(order).toEqual(
      expect.arrayContaining([...others, lapsed].map(({ organizationId }) => organizationId)),
    );
  });
});
