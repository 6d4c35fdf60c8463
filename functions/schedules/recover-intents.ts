import { recoverIntents } from '../../lib/contract/schedules.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';
import { queueDue } from '../../lib/tokens/schedule.ts';

export const handler = handleSchedule(recoverIntents, queueDue('recover'));
