import * as z from 'zod/mini';
import { useFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import {
  cursor,
  dateOrTime,
  ExternalEntity,
  ExternalType,
  externalId,
  id,
  limit,
  line,
  orAbsent,
} from '../shapes.ts';

/** What is done with a connection: apart from how it is managed, because these start most often and want little. */

const params = z.strictObject({ id });

export const search = defineOperation({
  id: 'integrations.search',
  method: 'POST',
  path: '/integrations/{id}/search',
  summary: 'Search in the external system',
  access: session('member'),
  params,
  body: z.strictObject({
    type: z.optional(ExternalType),
    query: z.optional(line(200)),
    from: z.optional(dateOrTime),
    to: z.optional(dateOrTime),
    limit: limit(100, 20),
    cursor,
  }),
  output: z.object({ items: z.array(ExternalEntity), nextCursor: z.nullable(z.string()) }),
  failures: useFailures,
  grants: ['table:read', 'table:write', 'credentials:open', 'cursors', 'jobs:send:refresh'],
});

export const entity = defineOperation({
  id: 'integrations.entity',
  path: '/integrations/{id}/entity',
  summary: 'One entity of the external system',
  access: session('member'),
  params,
  query: z.strictObject({ type: ExternalType, externalId }),
  output: z.object({ entity: ExternalEntity }),
  failures: useFailures,
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});

export const proxy = defineOperation({
  id: 'integrations.proxy',
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  path: '/integrations/{id}/proxy/{path+}',
  summary: "Any call of the provider's own API, with the stored credentials, up to 4 MB",
  access: session('holder'),
  params: z.strictObject({ id, path: z.string() }),
  body: 'raw',
  answers: { ok: { status: 200, body: 'raw' } },
  failures: [...useFailures, 'invalid_request', 'unsupported_media_type'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});

export const searchAcross = defineOperation({
  id: 'search.across',
  method: 'POST',
  path: '/search',
  summary: 'Search everything that is connected at once; slow and failing sources are told of and left out',
  access: session('member'),
  body: z.strictObject({
    query: line(200),
    types: z.optional(z.array(ExternalType).check(z.minLength(1), z.maxLength(16))),
    limit: limit(100, 20),
  }),
  output: z.object({
    items: z.array(z.extend(ExternalEntity, { integrationId: z.string() })),
    sources: z.array(
      z.object({
        integrationId: z.string(),
        status: z.enum(['ok', 'failed', 'timed_out', 'skipped']),
        code: orAbsent(z.string()),
      }),
    ),
  }),
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});
