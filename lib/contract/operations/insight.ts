import * as z from 'zod/mini';
import { defineOperation, session } from '../define.ts';
import { date, id, lines, orAbsent, time } from '../shapes.ts';

const TimeSaved = z.object({
  minutes: z.number(),
  /** How it was reckoned, in words. */
  formula: z.string(),
  inputs: z.array(z.object({ type: z.string(), items: z.number(), minutesEach: z.number() })),
});

export const getStats = defineOperation({
  id: 'stats.get',
  path: '/integrations/stats',
  summary: 'Totals, categories, recent activity and the time saved',
  access: session('member'),
  output: z.object({
    /** Providers of the catalogue. */
    totalProviders: z.number(),
    /** Integrations of the organisation and the caller’s own. */
    connected: z.number(),
    categories: z.array(z.object({ category: z.string(), providers: z.number(), connected: z.number() })),
    syncs: z.object({ succeeded: z.number(), failed: z.number() }),
    itemsProcessed: z.number(),
    recentActivity: z.array(
      z.object({ at: time, action: z.string(), provider: orAbsent(z.string()), outcome: z.string() }),
    ),
    timeSaved: TimeSaved,
  }),
  grants: ['table:read'],
});

export const getRecommendations = defineOperation({
  id: 'recommendations.get',
  path: '/integrations/recommendations',
  summary: 'What else to connect, ranked, each with its reason and the numbers behind it',
  access: session('member'),
  output: z.object({
    recommendations: z.array(
      z.object({
        provider: z.string(),
        name: z.string(),
        category: z.string(),
        score: z.number(),
        reason: z.string(),
        numbers: z.object({
          /** Integrations the organisation has in this category. */
          inCategory: z.number(),
          /** Other organisations that connected it. */
          organizations: z.number(),
        }),
      }),
    ),
  }),
  grants: ['table:read'],
});

export const getUsage = defineOperation({
  id: 'usage.get',
  path: '/usage',
  summary: 'How each provider is used in a range of days',
  access: session('admin'),
  query: z.strictObject({ from: date, to: date }),
  output: z.object({
    from: date,
    to: date,
    providers: z.array(
      z.object({
        provider: z.string(),
        /** Connected now, the members’ own included. */
        connections: z.number(),
        connected: z.number(),
        disconnected: z.number(),
        /** Who connected what is connected now, of all whom we know to have done something. */
        adoption: z.object({ users: z.number(), members: z.number(), share: z.number() }),
        operations: z.record(z.string(), z.number()),
        syncs: z.object({ succeeded: z.number(), failed: z.number(), perDay: z.number() }),
        errorRate: z.number(),
        items: z.record(z.string(), z.number()),
        rating: z.object({ count: z.number(), mean: z.nullable(z.number()) }),
      }),
    ),
  }),
  grants: ['table:read'],
});

const Rating = z.object({ stars: z.number(), comment: orAbsent(z.string()), ratedAt: time });

export const putRating = defineOperation({
  id: 'ratings.put',
  method: 'PUT',
  path: '/integrations/{id}/rating',
  summary: 'Rate an integration, or change one’s rating',
  access: session('member'),
  params: z.strictObject({ id }),
  body: z.strictObject({
    stars: z.number().check(z.int(), z.gte(1), z.lte(5)),
    comment: z.optional(lines(500)),
  }),
  output: z.object({ rating: Rating }),
  grants: ['table:read', 'table:write'],
});

export const listRatings = defineOperation({
  id: 'ratings.list',
  path: '/ratings',
  summary: 'What members think of the organisation’s integrations',
  access: session('admin'),
  output: z.object({
    ratings: z.array(
      z.object({
        integrationId: z.string(),
        provider: z.string(),
        count: z.number(),
        mean: z.number(),
        comments: z.array(Rating),
      }),
    ),
  }),
  grants: ['table:read'],
});

export const listFailures = defineOperation({
  id: 'failures.list',
  path: '/jobs/failed',
  summary: 'Background work that failed for good',
  access: session('admin'),
  output: z.object({
    jobs: z.array(
      z.object({
        id: z.string(),
        job: z.string(),
        integrationId: orAbsent(z.string()),
        code: z.string(),
        failedAt: time,
      }),
    ),
  }),
  grants: ['table:read'],
});

export const redriveFailure = defineOperation({
  id: 'failures.redrive',
  method: 'POST',
  path: '/jobs/failed/{failureId}/redrive',
  summary: 'Do failed work again',
  access: session('admin'),
  params: z.strictObject({ failureId: id }),
  status: 202,
  output: z.object({ queued: z.boolean() }),
  failures: [
    'integration_disabled',
    'needs_reauth',
    'needs_setup',
    'missing_scope',
    'provider_not_available',
    'conflict',
  ],
  grants: [
    'table:read',
    'table:write',
    'jobs:send:refresh',
    'jobs:send:revoke',
    'jobs:send:purge-integration',
    'jobs:send:sync',
  ],
});
