import { inParallel } from '../../lib/model/parallel.ts';
import { keys } from '../../lib/store/keys.ts';
import { findRun } from '../../lib/store/syncs.ts';
import { queryDue } from '../../lib/store/table.ts';
import { type Bench, jobEvent } from '../support/bench.ts';
import type { Rule } from '../support/faults.ts';
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
  /** Of all looks at what is due, the share in which who looks dies, if there is something. */
  blind: number;
  /** Of the deliveries for a site of several pages, the share during which things change there; the first is one. */
  during: number;
  /** Changes at the providers in an hour; the last hours go without, so that what changed is synced. */
  changes: number;
  quietHours: number;
};

/** Seconds until SQS gives back what nobody finished: six times the longest a worker may take. */
const hidden = 1_800;

export const clock = (): number => Date.now() + Number(process.env['CLOCK_OFFSET_MS']);

const isAnyDue = async (): Promise<boolean> => {
  const found = await inParallel(8, keys.duePartitions('sync'), (partition) =>
    queryDue(partition, clock(), 1),
  );
  return found.some(({ length }) => length > 0);
};

/** A function of its own, killed where the rule says; whether it came to that. */
const killedAt = async (
  bench: Bench,
  file: string,
  event: unknown,
  rule: Pick<Rule, 'operation' | 'nth' | 'when'>,
): Promise<boolean> => {
  const child = await bench.child(file);
  child.faults.watch({ ...rule, act: 'hang', attempts: 'all' });
  const held = child.faults.held().then(() => true);
  child.start(event, 300);
  const dies = await Promise.race([
    held,
    child.finished().then(
      () => false,
      () => false,
    ),
  ]);
  await child.kill();
  return dies;
};

/** Changes of a site with several pages, in the middle of a run: issues that were read, and others that were not. */
const changedMeanwhile = async (bench: Bench, one: Scheduled, payload: Payload, random: () => number) => {
  const child = await bench.child('functions/jobs/sync.ts');
  const nth = 1 + Math.floor(random() * 2);
  child.faults.watch({
    ...{ operation: 'TransactWriteItems', nth, when: 'before' },
    ...{ act: 'hold', attempts: 'all' },
  });
  const held = child.faults.held();
  child.start(jobEvent(payload), 300);
  const finished = child.finished();
  // A message that came twice may find nothing left to do, and then nothing is held.
  await Promise.race([held, finished]);
  for (let change = 0; change < 30; change += 1) await changeOne(one, random);
  child.faults.release();
  await finished;
};

const changeOne = async ({ site, things }: Scheduled, random: () => number): Promise<void> => {
  const number = Math.floor(random() * 1_000_000);
  if (random() < 0.5) await site.control('POST', '/issues', { issues: [{ summary: `New ${number}` }] });
  else {
    const key = `TEST-${1 + Math.floor(random() * things)}`;
    await site.control('PATCH', `/issues/${key}`, { summary: `Changed ${number}` });
  }
};

export const live = async (
  bench: Bench,
  all: readonly Scheduled[],
  { hours, step, seed, lost, killed, blind, during, changes, quietHours }: Life,
) => {
  const random = randomFrom(seed);
  const began = clock();
  const until = began + hours * 3_600_000;
  const quietFrom = until - quietHours * 3_600_000;
  const told = { deliveries: 0, lost: 0, killed: 0, changes: 0, changedDuring: 0 };
  /** How often a run was disturbed, and when the one died who looks at what is due. */
  const disturbed = new Map<string, number>();
  const blindAt: number[] = [];
  const large = new Map(all.filter(({ things }) => things > 100).map((one) => [one.id, one]));
  const seen = new Set<string>();
  let waiting: Waiting[] = [];

  const work = async (payload: Payload, deliveries: number): Promise<void> => {
    const { integrationId } = payload;
    const one = large.get(integrationId);
    const first = !seen.has(integrationId);
    seen.add(integrationId);
    const changing = first || (clock() < quietFrom && random() < during);
    if (!one || one.failing || !changing) {
      await bench.runJob('sync', payload, 300, deliveries);
      return;
    }
    told.changedDuring += 1;
    await changedMeanwhile(bench, one, payload, random);
  };

  const deliver = async ({ payload, deliveries }: Waiting): Promise<void> => {
    told.deliveries += 1;
    const fate = clock() < quietFrom ? random() : 1;
    if (fate < lost + killed) {
      const dies = fate < killed;
      told[dies ? 'killed' : 'lost'] += 1;
      disturbed.set(payload.syncId, (disturbed.get(payload.syncId) ?? 0) + 1);
      const when = random() < 0.5 ? 'before' : 'after';
      const nth = Math.floor(random() * 8);
      if (dies) await killedAt(bench, 'functions/jobs/sync.ts', jobEvent(payload), { nth, when });
      waiting.push({ at: clock() + hidden * 1000, payload, deliveries: deliveries + 1 });
      return;
    }
    await work(payload, deliveries);
    const { integrationId, syncId, ...owner } = payload;
    const run = await findRun(owner, integrationId, syncId);
    if (run && run.endedAt === null) waiting.push({ at: run.notBefore ?? clock(), payload, deliveries: 1 });
  };

  const look = async (): Promise<void> => {
    const dies = clock() < quietFrom && random() < blind && (await isAnyDue());
    if (!dies) return bench.runSchedule('queue-due-syncs');
    const operation = random() < 0.5 ? 'TransactWriteItems' : 'SendMessageBatch';
    const when = random() < 0.5 ? 'before' : 'after';
    const rule = { operation, nth: 0, when } as const;
    if (await killedAt(bench, 'functions/schedules/queue-due-syncs.ts', {}, rule)) blindAt.push(clock());
  };

  while (clock() < until) {
    bench.advance(step);
    if (clock() < quietFrom && random() < (changes * step) / 3600) {
      told.changes += 1;
      const one = all[Math.floor(random() * all.length)];
      if (one) await changeOne(one, random);
    }
    await look();
    const messages = await bench.taken({ id: 'sync' });
    const due = waiting.filter(({ at }) => at <= clock());
    waiting = waiting.filter(({ at }) => at > clock());
    const fresh = messages.map(({ Body = '' }) => ({
      at: 0,
      payload: JSON.parse(Body) as Payload,
      deliveries: 1,
    }));
    await inParallel(8, [...due, ...fresh], deliver);
  }
  return { ...told, began, until: clock(), disturbed, blindAt };
};

export type Lived = Awaited<ReturnType<typeof live>>;
