import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/model/parallel.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import type { Call, Rule } from '../support/faults.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { counted, historyOf, messageOf, syncOf } from './benched.ts';
import { recordsOf, startedSync } from './synced.ts';

/**
 * Workers killed at each write a run makes, before and after it takes effect. What is left is taken up by
 * the queue, which delivers the message again, or by the watch, where the message is lost.
 */

const things = 100;
const moments = ['before', 'after'] as const;
/** Between two of these nothing changes, so that a death at a read is one of these as well. */
const writes = /^(UpdateItem|PutItem|TransactWriteItems|SendMessageBatch)$/;

type Subject = { admin: Caller; id: string; syncId: string };

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

/** A sync that was asked for, whose message is taken off the queue. */
const aSync = async (): Promise<Subject> => {
  const admin = caller({}, bench.url);
  const site = await aJiraSite({}, bench.standins['jira']);
  await site.control('POST', '/issues', { count: things, updated: '2026-01-02T00:00:00Z' });
  const { id } = await connectedJira(admin, site);
  const { id: syncId } = await startedSync(admin, id);
  return { admin, id, syncId };
};

const inChild = async ({ admin, id, syncId }: Subject, rule: Rule | null): Promise<Call[]> => {
  const child = await bench.child('functions/jobs/sync.ts');
  child.faults.watch(...(rule ? [rule] : []));
  const held = child.faults.held();
  child.start(jobEvent(messageOf(admin, id, syncId)), 300);
  if (rule) {
    await held;
    await child.kill();
    return [];
  }
  await child.finished();
  return child.faults.unwatch();
};

const outcomeOf = async ({ admin, id, syncId }: Subject) => ({
  run: await syncOf(admin, id, syncId),
  records: await recordsOf(admin, id),
  history: (await historyOf(admin, id)).syncs,
});

const right = (syncId: string) => ({
  id: syncId,
  state: 'succeeded',
  processed: things,
  counts: counted({ created: things }),
});

describe('a worker that is killed', () => {
  it('at any write loses nothing and doubles nothing', { timeout: 180_000 }, async () => {
    const first = await aSync();
    const calls = await inChild(first, null);
    const kills = calls.flatMap(({ operation }, nth) =>
      (writes.test(operation) ? moments : []).map((when) => ({
        name: `call ${nth}, ${operation}, ${when}`,
        rule: { nth, when, act: 'hang', attempts: 'all' } satisfies Rule,
      })),
    );
    const victims = await inParallel(2, kills, async ({ name, rule }) => {
      const subject = await aSync();
      await inChild(subject, rule);
      return { name, subject };
    });
    // Nobody else has these: the messages of all were never handled.
    await bench.taken({ id: 'sync' });

    for (const { subject } of victims.filter((_, index) => index % 2 === 0)) {
      const { admin, id, syncId } = subject;
      await bench.runJob('sync', messageOf(admin, id, syncId), 300, 2);
    }
    bench.advance(660);
    await bench.runSchedule('queue-due-syncs');
    await bench.drain();

    expect(kills.length).toBeGreaterThan(10);
    for (const { name, subject } of [{ name: 'not killed', subject: first }, ...victims]) {
      const { run, records, history } = await outcomeOf(subject);
      expect(run, name).toMatchObject(right(subject.syncId));
      expect(records.size, name).toBe(things);
      expect(history, name).toHaveLength(1);
    }
    const finished = await Promise.all(
      victims.map(({ subject: { admin } }) => admin.get('/audit?action=sync.finished')),
    );
    expect(finished.map(({ body }) => body.events.length)).toEqual(victims.map(() => 1));
  });
});

describe('several workers with the same message', () => {
  it('make one run of it, whoever is first at a page', async () => {
    const subject = await aSync();
    await bench.taken({ id: 'sync' });
    const { admin, id, syncId } = subject;

    await Promise.all(
      Array.from({ length: 4 }, () => bench.runJob('sync', messageOf(admin, id, syncId), 300)),
    );
    await bench.runJob('sync', messageOf(admin, id, syncId), 300);
    const { run, records } = await outcomeOf(subject);

    expect(run).toMatchObject(right(syncId));
    expect(records.size).toBe(things);
    expect((await admin.get('/audit?action=sync.finished')).body.events).toHaveLength(1);
  });

  it('change nothing once the run is over', async () => {
    const { admin, id, syncId } = await aSync();
    await bench.drain();
    const before = await outcomeOf({ admin, id, syncId });
    const { lastSyncAt } = (await admin.get(`/integrations/${id}`)).body.integration;

    await bench.runJob('sync', messageOf(admin, id, syncId), 300, 3);

    expect(await outcomeOf({ admin, id, syncId })).toEqual(before);
    expect((await admin.get(`/integrations/${id}`)).body.integration.lastSyncAt).toBe(lastSyncAt);
  });
});

describe('parallel calls to sync', () => {
  it('make one run, which all of them answer', async () => {
    const admin = caller({}, bench.url);
    const site = await aJiraSite({}, bench.standins['jira']);
    await site.control('POST', '/issues', { count: 3 });
    const { id } = await connectedJira(admin, site);

    const started = await Promise.all(Array.from({ length: 8 }, () => startedSync(admin, id)));
    const again = await startedSync(admin, id);
    await bench.drain();

    expect(new Set([...started, again].map((run) => run.id)).size).toBe(1);
    expect((await historyOf(admin, id)).syncs).toHaveLength(1);
    expect(await syncOf(admin, id, again.id)).toMatchObject({ state: 'succeeded', counts: { created: 3 } });
  });
});
