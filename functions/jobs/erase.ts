import { erase } from '../../lib/contract/jobs.ts';
import { runErasure } from '../../lib/erasure/erase.ts';
import { handleJob } from '../../lib/jobs/handle.ts';

export const handler = handleJob(erase, runErasure);
