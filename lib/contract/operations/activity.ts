import * as z from 'zod/mini';
import { defineOperation, session } from '../define.ts';
import { date, foreignId, id, orAbsent, time } from '../shapes.ts';

export const Ticket = z.object({
  kind: z.literal('ticket'),
  key: z.string(),
  title: z.string(),
  issueType: z.string(),
  status: z.string(),
  statusCategory: z.enum(['new', 'in_progress', 'done']),
  priority: orAbsent(z.string()),
  project: z.object({ key: z.string(), name: z.string() }),
  createdAt: time,
  updatedAt: time,
  url: z.url(),
  integrationId: z.string(),
});

export const PullRequest = z.object({
  kind: z.literal('pull_request'),
  number: z.number(),
  title: z.string(),
  state: z.enum(['draft', 'open', 'closed', 'merged']),
  repository: z.string(),
  createdAt: time,
  updatedAt: time,
  closedAt: orAbsent(time),
  mergedAt: orAbsent(time),
  url: z.url(),
  integrationId: z.string(),
});

const activity = {
  items: z.array(z.union([Ticket, PullRequest])),
  metrics: z.object({
    tickets: z.object({
      completed: z.number(),
      inProgress: z.number(),
      notStarted: z.number(),
      total: z.number(),
    }),
    pullRequests: z.object({
      open: z.number(),
      merged: z.number(),
      closed: z.number(),
      total: z.number(),
    }),
  }),
  sources: z.array(
    z.object({
      integrationId: z.string(),
      provider: z.string(),
      status: z.enum(['ok', 'stale', 'failed', 'timed_out']),
      code: orAbsent(z.string()),
      fetchedAt: orAbsent(time),
    }),
  ),
  linked: z.boolean(),
  degraded: z.boolean(),
};
const assertion = z.object({ 'x-manageros-assertion': z.optional(z.string().check(z.maxLength(8192))) });

export const personActivity = defineOperation({
  id: 'activity.person',
  path: '/persons/{personId}/activity',
  summary: "A person's tickets and pull requests across all usable integrations",
  access: session('member'),
  params: z.strictObject({ personId: foreignId() }),
  query: z.strictObject({
    from: date,
    to: date,
    refresh: z.optional(z.enum(['true', 'false'])),
    integrationId: z.optional(id),
  }),
  headers: assertion,
  output: z.object(activity),
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});

export const teamActivity = defineOperation({
  id: 'activity.team',
  method: 'POST',
  path: '/activity',
  summary: 'The same for up to 50 persons; one failure does not fail the rest',
  access: session('member'),
  headers: assertion,
  body: z.strictObject({
    personIds: z.array(foreignId()).check(z.minLength(1), z.maxLength(50)),
    from: date,
    to: date,
  }),
  output: z.object({
    persons: z.array(
      z.union([
        z.object({ personId: z.string(), ...activity }),
        z.object({ personId: z.string(), code: z.string() }),
      ]),
    ),
  }),
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});
