import { finishRotations } from '../../lib/contract/schedules.ts';
import { handleSchedule } from '../../lib/jobs/handle.ts';
import { finishRotations as finish } from '../../lib/rotation/begin.ts';

export const handler = handleSchedule(finishRotations, finish);
