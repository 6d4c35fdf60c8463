import * as z from 'zod/mini';
import { useFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import { cursor, id, limitInQuery, line, orAbsent, time } from '../shapes.ts';

const params = z.strictObject({ id });

const RecordType = z.enum(['task', 'pull_request', 'event', 'person']);
const StatusCategory = z.enum(['new', 'in_progress', 'done']);

const Counts = z.object({
  created: z.number(),
  updated: z.number(),
  skipped: z.number(),
  removed: z.number(),
  failed: z.number(),
});

export const Sync = z.object({
  id: z.string(),
  integrationId: z.string(),
  trigger: z.enum(['manual', 'schedule']),
  requestedBy: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed']),
  /** Everything was read, not only what changed. */
  full: z.boolean(),
  processed: z.number(),
  total: orAbsent(z.number()),
  counts: Counts,
  code: orAbsent(z.string()),
  queuedAt: time,
  startedAt: orAbsent(time),
  endedAt: orAbsent(time),
});

const Value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

const Synced = z.object({
  integrationId: z.string(),
  type: RecordType,
  externalId: z.string(),
  title: z.string(),
  description: orAbsent(z.string()),
  status: orAbsent(StatusCategory),
  providerStatus: orAbsent(z.string()),
  fields: z.record(z.string(), Value),
  url: orAbsent(z.url()),
  createdAt: orAbsent(time),
  updatedAt: orAbsent(time),
  syncedAt: orAbsent(time),
});

export const startSync = defineOperation({
  id: 'syncs.start',
  method: 'POST',
  path: '/integrations/{id}/sync',
  summary: 'Sync now; while a sync is running, the same one is answered',
  access: session('holder'),
  params,
  output: z.object({ sync: Sync }),
  status: 202,
  failures: [
    'integration_disabled',
    'needs_reauth',
    'needs_setup',
    'missing_scope',
    'provider_not_available',
    'conflict',
  ],
  grants: ['table:read', 'table:write', 'jobs:send:sync'],
});

export const listSyncs = defineOperation({
  id: 'syncs.list',
  path: '/integrations/{id}/syncs',
  summary: 'The history of syncs, newest first',
  access: session('holder'),
  params,
  query: z.strictObject({ limit: limitInQuery(100, 20), cursor }),
  output: z.object({ syncs: z.array(Sync), nextCursor: z.nullable(z.string()) }),
  grants: ['table:read', 'cursors'],
});

export const getSync = defineOperation({
  id: 'syncs.get',
  path: '/integrations/{id}/syncs/{syncId}',
  summary: 'One sync with its progress',
  access: session('holder'),
  params: z.strictObject({ id, syncId: id }),
  output: z.object({ sync: Sync }),
  grants: ['table:read'],
});

const Schedule = z.object({
  interval: z.enum(['manual', '15m', '30m', 'hourly', 'daily', 'weekly']),
  nextSyncAt: z.nullable(time),
});

export const getSchedule = defineOperation({
  id: 'schedule.get',
  path: '/integrations/{id}/schedule',
  summary: 'How often an integration is synced, and when next',
  access: session('holder'),
  params,
  output: Schedule,
  grants: ['table:read'],
});

export const putSchedule = defineOperation({
  id: 'schedule.put',
  method: 'PUT',
  path: '/integrations/{id}/schedule',
  summary: 'Set how often an integration is synced',
  access: session('holder'),
  params,
  body: z.strictObject({ interval: Schedule.shape.interval }),
  output: Schedule,
  failures: ['conflict', 'plan_required', 'provider_not_available'],
  grants: ['table:read', 'table:write'],
});

export const listRecords = defineOperation({
  id: 'records.list',
  path: '/integrations/{id}/records',
  summary: 'What the syncs of an integration keep, in one form for all providers',
  access: session('member'),
  params,
  query: z.strictObject({ type: z.optional(RecordType), limit: limitInQuery(100, 50), cursor }),
  output: z.object({
    records: z.array(Synced),
    syncedAt: orAbsent(time),
    /** The last sync failed, the provider is down, or the integration needs a person: what is shown may be old. */
    degraded: z.boolean(),
    nextCursor: z.nullable(z.string()),
  }),
  grants: ['table:read', 'cursors'],
});

const TypeMapping = z.strictObject({
  /** Target → the provider's name. */
  fields: z._default(z.record(line(60), line(60)), {}),
  /** The provider's status → what it means. */
  statuses: z._default(z.record(line(100), StatusCategory), {}),
});
const Mapping = z.partialRecord(RecordType, TypeMapping);

const MappingView = z.object({
  mapping: z.partialRecord(
    RecordType,
    z.object({
      fields: z.record(z.string(), z.string()),
      statuses: z.record(z.string(), StatusCategory),
    }),
  ),
  /** What each type may draw on, and what holds where nothing was set. */
  available: z.partialRecord(
    RecordType,
    z.object({
      sources: z.array(z.string()),
      standard: z.object({
        fields: z.record(z.string(), z.string()),
        statuses: z.record(z.string(), StatusCategory),
      }),
    }),
  ),
});

export const getMapping = defineOperation({
  id: 'mapping.get',
  path: '/integrations/{id}/mapping',
  summary: 'How fields and statuses of the provider become ours',
  access: session('holder'),
  params,
  output: MappingView,
  failures: ['provider_not_available'],
  grants: ['table:read'],
});

export const putMapping = defineOperation({
  id: 'mapping.put',
  method: 'PUT',
  path: '/integrations/{id}/mapping',
  summary: 'Set the mapping; the next sync reads everything again by it',
  access: session('holder'),
  params,
  body: z.strictObject({ mapping: Mapping }),
  output: MappingView,
  failures: ['provider_not_available', 'conflict'],
  grants: ['table:read', 'table:write'],
});

export const previewMapping = defineOperation({
  id: 'mapping.preview',
  method: 'POST',
  path: '/integrations/{id}/mapping/preview',
  summary: 'What a mapping makes of a few of the provider’s things; writes nothing',
  access: session('holder'),
  params,
  body: z.strictObject({ mapping: Mapping }),
  output: z.object({
    samples: z.array(z.object({ sources: z.record(z.string(), z.unknown()), record: Synced })),
  }),
  failures: [...useFailures, 'provider_not_available'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});
