import * as z from 'zod/mini';
import { defineOperation } from '../define.ts';

export const clerkEvent = defineOperation({
  id: 'inbound.clerk',
  method: 'POST',
  path: '/inbound/clerk/{token}',
  summary: 'Signed news of Clerk: who and what was deleted in ManagerOS is erased here',
  access: { by: 'signature' },
  params: z.strictObject({ token: z.string() }),
  body: 'raw',
  failures: ['unauthenticated', 'invalid_request'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:erase'],
});
