import { inParallel } from '../../lib/model/parallel.ts';
import { findRun } from '../../lib/store/syncs.ts';
import { type Bench, jobEvent } from '../support/bench.ts';
import type { Scheduled } from './company.ts';
import { randomFrom } from './random.ts';

/**
 * Time passes on the local clock; due syncs start, workers die and messages get lost. The queue gives a message
 * back as SQS would, only that its times are the local clock's too.
 */

type Payload = { organizationId: string; userId: string | null; integrationId: string; syncId: string };
type Waiting = { at: number; payload: Payload; deliveries: number };

export type Life = {
  hours: number;
  /** Seconds between two looks at what is due; on AWS a minute. */
  step: number;
  seed: number;
  /** Of all deliveries, the share that goes to a worker that dies, and at once or in the middle of it. */
  lost: number;
  killed: number;
  /** Changes at the providers in an hour; the last hours go without, so that what changed is synced. */
  changes: number;
  quietHours: number;
};

/** Seconds until SQS gives back what nobody finished: six times the longest a worker may take. */
const hidden = 1_800;

export const clock = (): number => Date.now() + Number(process.env['CLOCK_OFFSET_MS']);

/** A worker of its own, killed before or after one of its first calls took effect. */
const killedWorker = async (bench: Bench, payload: Payload, random: () => number): Promise<void> => {
  const child = await bench.child('functions/jobs/sync.ts');
  const when = random() < 0.5 ? 'before' : 'after';
  child.faults.watch({ nth: Math.floor(random() * 8), when, act: 'hang', attempts: 'all' });
  const held = child.faults.held();
  child.start(jobEvent(payload), 300);
  await Promise.race([held, child.finished().catch(() => null)]);
  await child.kill();
};

const changeSomething = async (all: readonly Scheduled[], random: () => number): Promise<void> => {
  const one = all[Math.floor(random() * all.length)];
  if (!one) return;
  const number = Math.floor(random() * 1_000_000);
  if (random() < 0.5) await one.site.control('POST', '/issues', { issues: [{ summary: `New ${number}` }] });
  else await one.site.control('PATCH', '/issues/TEST-1', { summary: `Changed ${number}` });
};

export const live = async (
  bench: Bench,
  all: readonly Scheduled[],
  { hours, step, seed, lost, killed, changes, quietHours }: Life,
) => {
  const random = randomFrom(seed);
  const began = clock();
  const until = began + hours * 3_600_000;
  const quietFrom = until - quietHours * 3_600_000;
  const told = { deliveries: 0, lost: 0, killed: 0, changes: 0 };
  let waiting: Waiting[] = [];

  const deliver = async ({ payload, deliveries }: Waiting): Promise<void> => {
    told.deliveries += 1;
    const fate = clock() < quietFrom ? random() : 1;
    if (fate < lost + killed) {
      const dies = fate < killed;
      told[dies ? 'killed' : 'lost'] += 1;
      if (dies) await killedWorker(bench, payload, random);
      waiting.push({ at: clock() + hidden * 1000, payload, deliveries: deliveries + 1 });
      return;
    }
    await bench.runJob('sync', payload, 300, deliveries);
    const { integrationId, syncId, ...owner } = payload;
    const run = await findRun(owner, integrationId, syncId);
    if (run && run.endedAt === null) waiting.push({ at: run.notBefore ?? clock(), payload, deliveries: 1 });
  };

  while (clock() < until) {
    bench.advance(step);
    if (clock() < quietFrom && random() < (changes * step) / 3600) {
      told.changes += 1;
      await changeSomething(all, random);
    }
    await bench.runSchedule('queue-due-syncs');
    const messages = await bench.taken({ id: 'sync' });
    const due = waiting.filter(({ at }) => at <= clock());
    waiting = waiting.filter(({ at }) => at > clock());
    const fresh = messages.map(({ Body = '' }) => ({
      at: 0,
      payload: JSON.parse(Body) as Payload,
      deliveries: 1,
    }));
    await inParallel(4, [...due, ...fresh], deliver);
  }
  return { ...told, began, until: clock() };
};
