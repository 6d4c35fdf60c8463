import { purge } from '../../lib/contract/schedules.ts';
import { takeUpErasures } from '../../lib/erasure/erase.ts';
import { dropOldEvents } from '../../lib/erasure/retention.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';

export const handler = handleSchedule(purge, async (work) => {
  await takeUpErasures(work);
  await dropOldEvents(work);
});
