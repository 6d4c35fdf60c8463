import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf } from '../../lib/store/integrations.ts';
import { findSync } from '../../lib/store/syncs.ts';
import { beginRun, newState } from '../../lib/sync/begin.ts';
import { type Caller, caller, local } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { fieldsNamed, historyOf, syncOf } from './benched.ts';
import { startedSync } from './synced.ts';

/** Syncs that start by themselves. */

const minute = 60_000;

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  admin = caller({}, bench.url);
  site = await aJiraSite({}, bench.standins['jira']);
  id = (await connectedJira(admin, site)).id;
});

const moment = async (): Promise<number> =>
  Date.parse((await local('GET', 'clock', undefined, bench.url)).body.now);
const schedule = (interval: string, who = admin) => who.put(`/integrations/${id}/schedule`, { interval });
const shown = async () => (await admin.get(`/integrations/${id}/schedule`)).body;
const dueAt = async (): Promise<number> => Date.parse((await shown()).nextSyncAt);
/** Moves the clock to so many minutes behind a moment. */
const moveTo = async (at: number, minutes = 0): Promise<void> =>
  bench.advance(Math.ceil((at - (await moment())) / 1000) + minutes * 60);
const tick = async (): Promise<void> => {
  await bench.runSchedule('queue-due-syncs');
  await bench.drain();
};
const runs = async () => (await historyOf(admin, id)).syncs;

describe('a schedule', () => {
  it('is none until it is set', async () => {
    expect(await shown()).toEqual({ interval: 'manual', nextSyncAt: null });
  });

  it.each([
    ['15m', 15],
    ['30m', 30],
    ['hourly', 60],
    ['daily', 1440],
    ['weekly', 10_080],
  ])('of %s begins an interval from now, or up to a tenth of it earlier', async (interval, minutes) => {
    const before = await moment();
    const reply = await schedule(interval);
    const after = await moment();

    expect(reply).toMatchObject({ status: 200, body: { interval } });
    const next = Date.parse(reply.body.nextSyncAt);
    expect(next).toBeGreaterThanOrEqual(before + 0.9 * minutes * minute - 1);
    expect(next).toBeLessThanOrEqual(after + minutes * minute);
    expect(await shown()).toEqual(reply.body);
  });

  it('starts a sync when it is due, not before, and once, though the clock strikes twice', async () => {
    await schedule('15m');
    const due = await dueAt();

    await moveTo(due, -1);
    await tick();
    const early = await runs();
    await moveTo(due);
    await Promise.all([bench.runSchedule('queue-due-syncs'), bench.runSchedule('queue-due-syncs')]);
    await tick();
    const [run, ...more] = await runs();

    expect(early).toEqual([]);
    expect(run).toMatchObject({ trigger: 'schedule', requestedBy: 'system', state: 'succeeded' });
    expect(Date.parse(run.queuedAt) - due).toBeLessThan(2 * minute);
    expect(more).toEqual([]);
    expect(await dueAt()).toBe(due + 15 * minute);
  });

  it('is not started by whoever saw it due and comes after the run is over', async () => {
    await schedule('15m');
    const owner = ownerOf(admin, id);
    const seen = await findSync(owner, id);
    await moveTo(await dueAt());
    await tick();

    const begun = { trigger: 'schedule', requestedBy: 'system', source: '', nextSyncAt: null } as const;
    const late = beginRun(owner, seen ?? newState(id, 'jira'), { ...begun, seenDueAt: seen?.dueAt ?? 0 }, 7);

    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await runs()).toHaveLength(1);
  });

  it('keeps its beat, and leaves out what was missed', async () => {
    await schedule('15m');
    const due = await dueAt();

    await moveTo(due, 50);
    await tick();

    expect(await runs()).toHaveLength(1);
    expect(await dueAt()).toBe(due + 60 * minute);
  });

  it('waits for a run that somebody started, and starts its own behind it', async () => {
    await schedule('15m');
    const due = await dueAt();
    const { id: manual } = await startedSync(admin, id);
    await moveTo(due);
    await bench.runSchedule('queue-due-syncs');
    const during = await runs();

    await bench.drain();
    await tick();

    expect(during.map((run: { id: string }) => run.id)).toEqual([manual]);
    expect((await runs()).map(({ trigger }: { trigger: string }) => trigger)).toEqual(['schedule', 'manual']);
    expect((await syncOf(admin, id, manual)).state).toBe('succeeded');
  });

  it('that is changed during a run holds behind it', async () => {
    await schedule('15m');
    await startedSync(admin, id);

    const changed = await schedule('weekly');
    await bench.drain();
    const after = await shown();
    await moveTo(Date.parse(changed.body.nextSyncAt));
    await tick();

    expect(after).toEqual(changed.body);
    expect((await runs())[0]).toMatchObject({ trigger: 'schedule', state: 'succeeded' });
  });

  it('set to manual starts nothing any more', async () => {
    await schedule('15m');
    const due = await dueAt();

    const reply = await schedule('manual');
    await moveTo(due, 60);
    await tick();

    expect(reply.body).toEqual({ interval: 'manual', nextSyncAt: null });
    expect(await runs()).toEqual([]);
  });

  it('of what is disabled starts nothing, and goes on once it is enabled', async () => {
    await schedule('15m');
    const due = await dueAt();
    const { version } = (await admin.get(`/integrations/${id}`)).body.integration;
    const { body } = await admin.patch(`/integrations/${id}`, { enabled: false, version });
    const asked = (await site.calls()).length;

    await moveTo(due);
    await tick();
    const disabled = await runs();
    const next = await dueAt();
    const calls = (await site.calls()).length - asked;
    await admin.patch(`/integrations/${id}`, { enabled: true, version: body.integration.version });
    await moveTo(next);
    await tick();

    expect(disabled).toEqual([]);
    expect(calls).toBe(0);
    expect(next).toBe(due + 15 * minute);
    expect(await runs()).toHaveLength(1);
  });

  it('that names no interval is refused', async () => {
    const reply = await schedule('yearly');

    expect(reply.status).toBe(400);
    expect(fieldsNamed(reply)).toEqual(['interval']);
  });
});

describe('a plan', () => {
  const planned = (plan: string): Caller => caller({ ...admin, plan }, bench.url);

  it('that is free has a shortest interval of a day', async () => {
    const free = planned('free');

    const refused = await Promise.all(['15m', '30m', 'hourly'].map((one) => schedule(one, free)));
    const allowed = await Promise.all(['daily', 'weekly', 'manual'].map((one) => schedule(one, free)));

    for (const reply of refused) {
      expect(reply).toMatchObject({ status: 402, body: { code: 'plan_required' } });
      expect(fieldsNamed(reply)).toEqual(['interval']);
    }
    expect(allowed.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it.each(['premium', 'a plan nobody named'])('that is %s has none', async (plan) => {
    expect((await schedule('15m', planned(plan))).status).toBe(200);
  });
});
