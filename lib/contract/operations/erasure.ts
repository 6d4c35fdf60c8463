import * as z from 'zod/mini';
import { defineOperation, session } from '../define.ts';
import { cursor, Entity, EntityType, foreignId, id, limitInQuery, orAbsent, time } from '../shapes.ts';

/** What leaves us for good, and what can be had of it before. */
const Subject = z.union([
  /** One's own, named so that nobody erases it by mistake. */
  z.strictObject({ kind: z.literal('organization'), id: foreignId() }),
  z.strictObject({ kind: z.literal('user'), id: foreignId() }),
  z.strictObject({ kind: z.literal('entity'), entity: Entity }),
]);

const Erasure = z.object({
  id: z.string(),
  subject: Subject,
  /** `settling`: everything is gone; once more it is looked for what calls under way have left behind. */
  state: z.enum(['running', 'settling', 'done']),
  requestedBy: z.string(),
  requestedAt: time,
  finishedAt: orAbsent(time),
});

export const requestErasure = defineOperation({
  id: 'erasures.request',
  method: 'POST',
  path: '/erase',
  summary: 'Erase oneself; for admins also a user, an entity, or the whole organisation with its keys first',
  access: session('member'),
  body: z.strictObject({ subject: Subject }),
  answers: { ok: { status: 202, body: z.object({ erasure: Erasure }) } },
  failures: ['not_found'],
  grants: ['table:write', 'jobs:send:erase'],
  creates: true,
});

export const getErasure = defineOperation({
  id: 'erasures.get',
  path: '/erase/{id}',
  summary: 'How far an erasure is, for who asked for it and for admins',
  access: session('member'),
  params: z.strictObject({ id }),
  output: z.object({ erasure: Erasure }),
  grants: ['table:read'],
});

const page = { limit: limitInQuery(200, 100), cursor };

export const readExport = defineOperation({
  id: 'exports.read',
  path: '/export',
  summary:
    'What is held of the organisation, of an entity (admins), or of oneself, page by page, without secrets',
  access: session('member'),
  query: z.union([
    z.strictObject({ kind: z.literal('organization'), ...page }),
    /** The caller. */
    z.strictObject({ kind: z.literal('user'), ...page }),
    z.strictObject({ kind: z.literal('entity'), entityType: EntityType, entityId: foreignId(), ...page }),
  ]),
  output: z.object({
    items: z.array(z.object({ kind: z.string(), data: z.record(z.string(), z.unknown()) })),
    nextCursor: z.nullable(z.string()),
  }),
  grants: ['table:read', 'cursors'],
});
