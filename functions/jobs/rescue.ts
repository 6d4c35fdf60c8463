import { rescue } from '../../lib/contract/jobs.ts';
import { handleJob } from '../../lib/jobs/handle.ts';
import { rescueTokens } from '../../lib/tokens/rescue.ts';

export const handler = handleJob(rescue, rescueTokens);
