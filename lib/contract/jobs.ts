import * as z from 'zod/mini';
import { defineJob, type Job } from './define.ts';

/** Whose integration a job is about. */
const subject = {
  organizationId: z.string(),
  userId: z.nullable(z.string()),
  integrationId: z.string(),
};

export const refresh = defineJob({
  id: 'refresh',
  summary: 'Refreshes an access token: the only function that spends refresh tokens',
  payload: z.strictObject({
    ...subject,
    reason: z.enum(['use', 'rejected', 'ahead', 'keep_alive', 'recover']),
    /** The token version whoever asks has seen; another one stored means that the work is done. */
    seen: z.number(),
  }),
  timeout: 120,
  urgent: false,
  concurrency: 20,
  grants: ['table:read', 'table:write', 'credentials:open', 'credentials:seal', 'jobs:send:rescue'],
});

export const rescue = defineJob({
  id: 'rescue',
  summary: 'Commits refreshed tokens the table would not take',
  payload: z.strictObject({
    ...subject,
    /** Of what the tokens are, for the case that their integration is gone and they are to be ended. */
    provider: z.string(),
    app: z.nullable(z.object({ source: z.enum(['organization', 'environment']), clientId: z.string() })),
    fence: z.number(),
    /** Sealed for the place they belong to. */
    tokens: z.base64(),
    tokenVersion: z.number(),
    /** The other attributes of the commit. */
    set: z.record(z.string(), z.unknown()),
  }),
  // Until they are stored, whoever refreshes anew would spend a token that is spent.
  timeout: 300,
  urgent: true,
  concurrency: 10,
  grants: ['table:read', 'table:write', 'credentials:open'],
});

export const revoke = defineJob({
  id: 'revoke',
  summary: 'Ends tokens at the provider that nobody uses any more',
  payload: z.strictObject(subject),
  timeout: 120,
  urgent: false,
  concurrency: 5,
  grants: ['table:read', 'table:write', 'credentials:open'],
});

export const purgeIntegration = defineJob({
  id: 'purge-integration',
  summary: 'Revokes the tokens of a deleted integration, then purges what hangs on it, page by page',
  payload: z.strictObject({
    ...subject,
    /** Goes on behind this sort key. */
    after: z.nullable(z.string()),
  }),
  timeout: 120,
  urgent: false,
  concurrency: 5,
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:purge-integration'],
});

export const sync = defineJob({
  id: 'sync',
  summary: 'Reads what changed at a provider, page by page, and keeps it in one form',
  payload: z.strictObject({ ...subject, syncId: z.string() }),
  timeout: 300,
  urgent: false,
  concurrency: 10,
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh', 'jobs:send:sync'],
});

export const reseal = defineJob({
  id: 'reseal',
  summary:
    'Gives an organisation a new data key, and seals again what older ones sealed; or wraps its keys anew',
  payload: z.strictObject({
    organizationId: z.string(),
    keys: z.enum(['data', 'wrapping']),
    /** When it was asked for (epoch ms): a key that is newer was made for it already. */
    since: z.number(),
    /** When this pass over everything began. */
    begun: z.number(),
    /** The user whose secrets were done last; an empty text after the organisation's own, null before. */
    after: z.nullable(z.string()),
  }),
  timeout: 120,
  urgent: false,
  concurrency: 2,
  grants: [
    'table:read',
    'table:write',
    'credentials:open',
    'credentials:seal',
    'credentials:rewrap',
    'jobs:send:reseal',
  ],
});

export const erase = defineJob({
  id: 'erase',
  summary: 'Erases what is held of an organisation, a user or an entity, as its request says',
  payload: z.strictObject({ organizationId: z.nullable(z.string()), id: z.string() }),
  timeout: 120,
  urgent: false,
  concurrency: 5,
  grants: [
    'table:read',
    'table:write',
    'events:settle',
    'credentials:open',
    'jobs:send:erase',
    'jobs:send:purge-integration',
  ],
});

export const jobs = [
  refresh,
  rescue,
  revoke,
  purgeIntegration,
  reseal,
  sync,
  erase,
] as const satisfies readonly Job[];
