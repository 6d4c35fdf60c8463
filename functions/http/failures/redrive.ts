import { redriveFailure } from '../../../lib/contract/operations/insight.ts';
import { redrive } from '../../../lib/failures/failures.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(redriveFailure, async ({ caller, params }) => {
  await redrive(caller, params.failureId);
  return { queued: true };
});
