import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, local } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aSite, counted, historyOf } from './benched.ts';
import { callsOf, type Kill, killed, killsAt } from './killing.ts';
import { recordsOf, startedSync } from './synced.ts';

/** What starts a sync, killed at each write it makes: the sync happens once. */

const things = 3;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

type Subject = { admin: Caller; id: string };

const anIntegration = (): Promise<Subject> => aSite(bench, things);

/** Later by more than it takes until a run nobody hears of is looked after. */
const later = async (): Promise<void> => {
  bench.advance(660);
  await bench.runSchedule('queue-due-syncs');
  await bench.drain();
};

const expectOneRun = async ({ admin, id }: Subject, trigger: string, name: string): Promise<void> => {
  const counts = counted({ created: things });
  expect((await historyOf(admin, id)).syncs, name).toMatchObject([{ trigger, state: 'succeeded', counts }]);
  expect((await recordsOf(admin, id)).size, name).toBe(things);
  const { body } = await admin.get('/audit?action=sync.finished');
  expect(body.events, name).toHaveLength(1);
};

describe('the schedule of syncs', () => {
  const file = 'functions/schedules/queue-due-syncs.ts';
  const shown = async ({ admin, id }: Subject) => (await admin.get(`/integrations/${id}/schedule`)).body;
  const set = ({ admin, id }: Subject, interval: string) =>
    admin.put(`/integrations/${id}/schedule`, { interval });

  /** An integration whose sync is due now; when it was. */
  const aDueOne = async (): Promise<{ subject: Subject; due: number }> => {
    const subject = await anIntegration();
    const due = Date.parse((await set(subject, '15m')).body.nextSyncAt);
    const { body } = await local('GET', 'clock', undefined, bench.url);
    bench.advance(Math.ceil((due - Date.parse(body.now)) / 1000) + 1);
    return { subject, due };
  };

  it('that is killed at any write starts each due sync once', { timeout: 1_800_000 }, async () => {
    const whole = await aDueOne();
    const calls = await callsOf(bench, file, {});
    await bench.drain();
    await expectOneRun(whole.subject, 'schedule', 'not killed');
    await set(whole.subject, 'manual');

    const kills = killsAt(calls);
    expect(kills.length).toBeGreaterThanOrEqual(4);
    // One after the other: each of its runs takes up all that is due.
    for (const kill of kills) {
      const { subject, due } = await aDueOne();
      await killed(bench, file, {}, kill);
      await bench.runSchedule('queue-due-syncs');
      await bench.drain();
      await later();

      await expectOneRun(subject, 'schedule', kill.name);
      expect(Date.parse((await shown(subject)).nextSyncAt), kill.name).toBe(due + 15 * 60_000);
      await set(subject, 'manual');
    }
  });
});

describe('a call that starts a sync', () => {
  const file = 'functions/http/syncs/start.ts';
  const eventFor = ({ admin, id }: Subject) => ({
    headers: {},
    rawQueryString: '',
    pathParameters: { id },
    isBase64Encoded: false,
    requestContext: {
      authorizer: {
        jwt: { claims: { sub: admin.userId, org_id: admin.organizationId, org_role: admin.role } },
      },
    },
  });
  const victimOf = async (kill: Kill): Promise<Subject> => {
    const subject = await anIntegration();
    await killed(bench, file, eventFor(subject), kill);
    return subject;
  };

  it('and is killed at any write has started it, or not, and repeated starts it once', {
    timeout: 1_800_000,
  }, async () => {
    const whole = await anIntegration();
    const calls = await callsOf(bench, file, eventFor(whole));
    await bench.drain();
    await expectOneRun(whole, 'manual', 'not killed');

    const kills = killsAt(calls);
    expect(kills.length).toBeGreaterThanOrEqual(4);
    for (const kill of kills) {
      const [left, repeated] = [await victimOf(kill), await victimOf(kill)];
      const first = (await historyOf(repeated.admin, repeated.id)).syncs;
      const again = await startedSync(repeated.admin, repeated.id);
      await bench.drain();
      // Whoever asks again waits for no watch.
      await expectOneRun(repeated, 'manual', `${kill.name}, at once`);
      const begun = (await historyOf(left.admin, left.id)).syncs.length;
      await later();

      for (const { id } of first) expect(again.id, kill.name).toBe(id);
      await expectOneRun(repeated, 'manual', kill.name);
      // What stands as begun comes to its end though nobody asks for it again.
      expect(begun, kill.name).toBe(first.length);
      if (begun > 0) await expectOneRun(left, 'manual', kill.name);
      else expect((await historyOf(left.admin, left.id)).syncs, kill.name).toEqual([]);
    }
  });
});
