import { queueDueSyncs } from '../../lib/contract/schedules.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';
import { queueDueSyncs as queue } from '../../lib/sync/due.ts';

export const handler = handleSchedule(queueDueSyncs, queue);
