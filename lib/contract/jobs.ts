import * as z from 'zod/mini';
import { defineJob, type Job } from './define.ts';

export const purgeIntegration = defineJob({
  id: 'purge-integration',
  summary: 'Purges what hangs on a deleted integration, page by page',
  payload: z.strictObject({
    organizationId: z.string(),
    userId: z.nullable(z.string()),
    integrationId: z.string(),
    /** Goes on behind this sort key. */
    after: z.nullable(z.string()),
  }),
  timeout: 120,
  concurrency: 5,
  grants: ['table:read', 'table:write', 'jobs:send:purge-integration'],
});

export const jobs: readonly Job[] = [purgeIntegration];
