import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aConnection,
  type Connection,
  credentialOf,
  isCurrent,
  refreshCalls,
} from '../refresh-faults/connection.ts';
import { type Bench, startBench } from '../support/bench.ts';

/** Who is refreshed without being asked for: who was used lately, and who would lapse. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const hour = 3600;
/** By now a schedule has to be there, whatever the jitter: six minutes before the end. */
const soon = hour - 355;
/** In the last quarter of its life, and before the margin. */
const late = hour - 1000;

const use = async ({ admin, id }: Connection): Promise<number> =>
  (await admin.get(`/integrations/${id}/proxy/rest/api/3/myself`)).status;
const run = async (schedule: string): Promise<void> => {
  await bench.runSchedule(schedule);
  expect(await bench.drain()).toBe(0);
};
const calls = async (connection: Connection): Promise<number> => (await refreshCalls(connection)).length;

describe('a connection that was just made', () => {
  it('is refreshed before its token ends, and not again while nobody comes', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    await run('refresh-ahead');
    expect(await calls(connection)).toBe(0);

    bench.advance(soon);
    await run('refresh-ahead');
    expect(await calls(connection)).toBe(1);
    expect(await isCurrent(connection)).toBe(true);

    bench.advance(soon);
    await run('refresh-ahead');
    bench.advance(hour);
    await run('refresh-ahead');
    expect(await calls(connection)).toBe(1);
  });
});

describe('a token that was refreshed ahead', () => {
  it('is refreshed ahead again once it was used late in its life, which costs one write', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    bench.advance(soon);
    await run('refresh-ahead');

    expect(await use(connection)).toBe(200);
    expect(await credentialOf(connection)).toMatchObject({ aheadRefreshed: true });

    bench.advance(late);
    const before = await credentialOf(connection);
    expect(await use(connection)).toBe(200);
    const noted = await credentialOf(connection);
    expect(before.aheadRefreshed).toBe(true);
    expect(noted.aheadRefreshed).toBe(false);
    expect(await use(connection)).toBe(200);
    expect(await credentialOf(connection)).toEqual(noted);

    bench.advance(soon - late);
    await run('refresh-ahead');
    expect(await calls(connection)).toBe(2);
    expect(await isCurrent(connection)).toBe(true);
  });
});

describe('an idle connection', () => {
  it('is kept alive after a month, and then for another', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    bench.advance(soon);
    await run('refresh-ahead');

    bench.advance(29 * 86_400);
    await run('keep-alive');
    expect(await calls(connection)).toBe(1);

    bench.advance(4 * 86_400);
    await run('keep-alive');
    await run('keep-alive');
    expect(await calls(connection)).toBe(2);

    bench.advance(33 * 86_400);
    await run('keep-alive');
    expect(await calls(connection)).toBe(3);
    expect(await isCurrent(connection)).toBe(true);
    expect(await use(connection)).toBe(200);
  });
});

describe('a use of a valid token', () => {
  it('does not fail where the queue takes no refresh', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    bench.advance(hour - 290);
    bench.faults.watch({ service: 'sqs', when: 'before', act: 'error', attempts: 'all' });

    expect(await use(connection)).toBe(200);

    const asked = bench.faults.unwatch();
    expect(asked.filter(({ service }) => service === 'sqs')).toHaveLength(1);
    // The next use asks again.
    expect(await use(connection)).toBe(200);
    expect(await bench.drain()).toBe(0);
    expect(await calls(connection)).toBe(1);
  });

  it('does not fail where it cannot be noted', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    bench.advance(soon);
    await run('refresh-ahead');
    bench.advance(late);
    bench.faults.watch({ operation: 'UpdateItem', when: 'before', act: 'error', attempts: 'all' });

    expect(await use(connection)).toBe(200);

    bench.faults.unwatch();
    expect(await credentialOf(connection)).toMatchObject({ aheadRefreshed: true });
    expect(await use(connection)).toBe(200);
    expect(await credentialOf(connection)).toMatchObject({ aheadRefreshed: false });
  });
});
