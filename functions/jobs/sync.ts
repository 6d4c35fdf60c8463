import { sync } from '../../lib/contract/jobs.ts';
import { handleJob } from '../../lib/jobs/handle.ts';
import { runSync } from '../../lib/sync/run.ts';

export const handler = handleJob(sync, runSync);
