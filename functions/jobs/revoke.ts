import { revoke } from '../../lib/contract/jobs.ts';
import { handleJob } from '../../lib/jobs/handle.ts';
import { retireTokens } from '../../lib/tokens/retire.ts';

export const handler = handleJob(revoke, (payload, { last }) => retireTokens(payload, last));
