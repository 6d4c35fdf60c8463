import { reseal } from '../../lib/contract/jobs.ts';
import { handleJob } from '../../lib/jobs/handle.ts';
import { resealOrganization } from '../../lib/rotation/reseal.ts';

export const handler = handleJob(reseal, resealOrganization);
