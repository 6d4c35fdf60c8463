import { purgeIntegration } from '../../lib/contract/jobs.ts';
import { purge } from '../../lib/integrations/purge.ts';
import { handleJob } from '../../lib/jobs/handle.ts';

export const handler = handleJob(purgeIntegration, purge);
