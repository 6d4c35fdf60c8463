import { refresh } from '../../lib/contract/jobs.ts';
import { handleJob } from '../../lib/jobs/handle.ts';
import { refreshTokens } from '../../lib/tokens/refresh.ts';

export const handler = handleJob(refresh, refreshTokens);
