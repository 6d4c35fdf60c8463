import { now } from '../config/clock.ts';
import type { Work } from '../jobs/handle.ts';
import { forEachDue } from '../store/due.ts';
import { type DueEvent, follow } from './follow.ts';

/** The stream gets so long before an event counts as lost. */
const patience = 2 * 60_000;

/** Handles events the stream did not: its records live a day, and a handler may fail for longer. */
export const sweepEvents = ({ left }: Work): Promise<void> =>
  forEachDue<DueEvent>('event', { until: now() - patience, left }, follow);
