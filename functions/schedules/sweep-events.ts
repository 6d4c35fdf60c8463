import { sweepEvents } from '../../lib/contract/schedules.ts';
import { sweepEvents as sweep } from '../../lib/events/sweep.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';

export const handler = handleSchedule(sweepEvents, sweep);
