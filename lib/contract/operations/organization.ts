import * as z from 'zod/mini';
import { defineOperation, session } from '../define.ts';
import { cursor, dateOrTime, foreignId, limitInQuery, line, orAbsent, time } from '../shapes.ts';

export const listEvents = defineOperation({
  id: 'audit.list',
  path: '/audit',
  summary: 'Who did what, newest first',
  access: session('admin'),
  query: z.strictObject({
    from: z.optional(dateOrTime),
    to: z.optional(dateOrTime),
    actor: z.optional(foreignId()),
    action: z.optional(line(60)),
    target: z.optional(line(300)),
    limit: limitInQuery(100, 50),
    cursor,
  }),
  output: z.object({
    events: z.array(
      z.object({
        id: z.string(),
        at: time,
        actor: z.string(),
        action: z.string(),
        provider: orAbsent(z.string()),
        /** Absent where the change was to a personal integration. */
        target: orAbsent(z.string()),
        outcome: z.string(),
      }),
    ),
    nextCursor: z.nullable(z.string()),
  }),
  grants: ['table:read', 'cursors'],
});

export const Policy = z.strictObject({
  activity: z.enum(['members', 'self_and_managers', 'admins']),
  githubOrganizations: z
    .array(z.string().check(z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/)))
    .check(z.maxLength(20)),
});

export const getPolicy = defineOperation({
  id: 'policy.get',
  path: '/policy',
  summary: 'Who may see activity, and which GitHub organisations count',
  access: session('admin'),
  output: Policy,
  grants: ['table:read'],
});

export const putPolicy = defineOperation({
  id: 'policy.put',
  method: 'PUT',
  path: '/policy',
  summary: 'Change the policy; what is absent stays as it is',
  access: session('admin'),
  body: z.partial(Policy),
  output: Policy,
  grants: ['table:read', 'table:write'],
});
