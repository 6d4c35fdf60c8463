import type * as z from 'zod/mini';
import { isoNow, now } from '../config/clock.ts';
import { erase as job } from '../contract/jobs.ts';
import type { Work } from '../jobs/handle.ts';
import { send } from '../jobs/send.ts';
import type { ErasureRecord } from '../model/erasure.ts';
import { tookEffect } from '../store/again.ts';
import { postpone } from '../store/credentials.ts';
import { forEachDue } from '../store/due.ts';
import { findErasure, moveErasure } from '../store/erasures.ts';
import type { Key } from '../store/keys.ts';
import { write } from '../store/table.ts';
import { patience, queueErasure } from './request.ts';
import { eraseSubject } from './subjects.ts';
import { OutOfTime } from './sweep.ts';

/** What was under way when it began has ended by then, and what another process kept of a key is forgotten. */
const settling = 60 * 60_000;
/** A call that was under way then has made what it makes by now. */
const underWay = 60_000;

const isOver = ({ state, settlesAt }: ErasureRecord): boolean =>
  state === 'settling' && settlesAt !== null && now() >= settlesAt;

const moveOn = async (erasure: ErasureRecord, over: boolean): Promise<void> => {
  if (erasure.state === 'settling' && !over) return;
  const move = over
    ? moveErasure(erasure, { state: 'done', finishedAt: isoNow() }, null)
    : moveErasure(erasure, { state: 'settling', settlesAt: now() + settling }, now() + settling);
  // Another delivery of the same message may be faster.
  await tookEffect(write(move));
};

/** Erases what there is, however often it is called: a pass that was cut short begins again and finds less. */
export const runErasure = async (payload: z.output<typeof job.payload>, work: Work): Promise<void> => {
  const erasure = await findErasure(payload.organizationId, payload.id);
  if (!erasure || erasure.state === 'done') return;
  const over = isOver(erasure);
  try {
    const until = Date.parse(erasure.requestedAt) + underWay;
    await eraseSubject(erasure.subject, { ...work, final: over, until });
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    await send(job, payload);
    return;
  }
  await moveOn(erasure, over);
};

/** Queues erasures that are to be gone over again, and those whose job was lost. */
export const takeUpErasures = ({ left }: Pick<Work, 'left'>): Promise<void> =>
  forEachDue<ErasureRecord & Key>('erasure', { until: now(), left }, async (erasure) => {
    if (await postpone(erasure, erasure.dueAt, now() + patience)) await queueErasure(erasure);
  });
