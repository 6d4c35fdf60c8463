import { putSchedule } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { setSchedule } from '../../../lib/sync/schedule.ts';

export const handler = handle(putSchedule, ({ caller, integration, body }) =>
  setSchedule(caller, integration, body.interval),
);
