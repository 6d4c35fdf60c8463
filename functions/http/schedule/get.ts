import { getSchedule } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { readSchedule } from '../../../lib/sync/schedule.ts';

export const handler = handle(getSchedule, ({ caller, params }) => readSchedule(caller, params.id));
