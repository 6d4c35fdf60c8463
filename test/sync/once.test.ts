import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { aSite, counted, historyOf, messageOf, syncOf } from './benched.ts';
import { recordsOf, startedSync } from './synced.ts';

/** One run, however many ask for it and however many work on it. */

const things = 100;

type Subject = { admin: Caller; id: string; syncId: string };

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

/** A sync that was asked for. */
const aSync = async (): Promise<Subject> => {
  const { admin, id } = await aSite(bench, things);
  const { id: syncId } = await startedSync(admin, id);
  return { admin, id, syncId };
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
