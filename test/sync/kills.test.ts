import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/model/parallel.ts';
import { caller } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import { historyOf, messageOf, syncOf } from './benched.ts';
import { callsOf, killed, killsAt, sampled } from './killing.ts';
import { type Scenario, type Subject, scenarios } from './killing-scenarios.ts';
import { recordsOf } from './synced.ts';

/**
 * Workers killed at each write a run makes, before and after it takes effect. What is left is taken up by
 * the queue, which delivers the message again, or by the watch, where the message is lost.
 */

const file = 'functions/jobs/sync.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const made = async ({ make }: Scenario): Promise<Subject> => {
  const subject = await make(caller({}, bench.url), bench);
  await bench.taken({ id: 'sync' });
  return subject;
};
const messageFor = ({ admin, id, syncId }: Subject) => messageOf(admin, id, syncId);

const titlesOf = async ({ admin, id }: Subject): Promise<Map<string, string>> =>
  new Map([...(await recordsOf(admin, id))].map(([key, { title }]) => [key, title]));

const expectRight = async (subject: Subject, name: string): Promise<void> => {
  const { admin, id, syncId, wanted, things, runs } = subject;
  expect(await syncOf(admin, id, syncId), name).toMatchObject({ id: syncId, state: 'succeeded', ...wanted });
  expect(await titlesOf(subject), name).toEqual(things);
  expect((await historyOf(admin, id)).syncs, name).toHaveLength(runs);
  const { body } = await admin.get('/audit?action=sync.finished');
  expect(body.events, name).toHaveLength(runs);
};

describe.each(scenarios)('a worker that is killed in $name', (scenario) => {
  it('at any write loses nothing and doubles nothing', { timeout: 1_800_000 }, async () => {
    const whole = await made(scenario);
    const calls = await callsOf(bench, file, jobEvent(messageFor(whole)));
    const kills = sampled(killsAt(calls), scenario.sample);
    const victims = await inParallel(2, kills, async (kill) => {
      const subject = await made(scenario);
      await killed(bench, file, jobEvent(messageFor(subject)), kill);
      return { name: kill.name, subject };
    });
    // Nobody else has these: the messages of all were never handled.
    await bench.taken({ id: 'sync' });

    for (const { subject } of victims.filter((_, index) => index % 4 > 1))
      await bench.runJob('sync', messageFor(subject), 300, 2);
    bench.advance(660);
    await bench.runSchedule('queue-due-syncs');
    await bench.drain();

    expect(kills.length).toBeGreaterThanOrEqual(scenario.sample);
    expect(calls.filter(({ operation }) => operation === 'TransactWriteItems').length).toBeGreaterThan(3);
    await expectRight(whole, 'not killed');
    for (const { name, subject } of victims) await expectRight(subject, name);
  });
});
