import { keepAlive } from '../../lib/contract/schedules.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';
import { queueDue } from '../../lib/tokens/schedule.ts';

export const handler = handleSchedule(keepAlive, queueDue('keep_alive'));
