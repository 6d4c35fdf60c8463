import * as z from 'zod/mini';
import { tryFailures, useFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import {
  AuthKind,
  Cause,
  cursor,
  dateOrTime,
  ExternalEntity,
  ExternalType,
  externalId,
  HealthState,
  Integration,
  IntegrationView,
  id,
  limit,
  limitInQuery,
  line,
  orAbsent,
  providerId,
  Scope,
  time,
} from '../shapes.ts';

const params = z.strictObject({ id });
/** The names and patterns of fields are the provider's; its manifest checks them. */
const fields = z.record(
  z.string().check(z.maxLength(60)),
  z.union([z.string().check(z.maxLength(10_000)), z.null()]),
);
const connectBody = z.strictObject({
  provider: providerId,
  scope: Scope,
  name: z.optional(line(100)),
  auth: AuthKind,
  settings: z.optional(fields),
  credentials: z.optional(fields),
  returnTo: z.optional(line(60)),
});
const connectFailures = ['conflict', 'already_connected', 'provider_not_available', 'plan_required'] as const;

/** A consent that was begun: the browser goes to `authorizationUrl`, then `oauth.complete` ends it. */
const Attempt = z.object({
  id: z.string(),
  authorizationUrl: z.url(),
  scopes: z.array(z.object({ scope: z.string(), purpose: z.string() })),
  expiresAt: time,
});
/** Credentials that were typed in connect at once; a consent is begun. */
const connectAnswers = {
  created: { status: 201, body: z.object({ integration: Integration }) },
  begun: { status: 202, body: z.object({ attempt: Attempt }) },
} as const;

export const connect = defineOperation({
  id: 'integrations.connect',
  method: 'POST',
  path: '/integrations/connect',
  summary: 'Connect a provider for the organisation or for oneself',
  access: session('member'),
  body: connectBody,
  answers: connectAnswers,
  failures: [...tryFailures, ...connectFailures, 'oauth_not_configured'],
  grants: ['table:read', 'table:write', 'credentials:seal'],
  creates: true,
});

export const tryConnection = defineOperation({
  id: 'integrations.try',
  method: 'POST',
  path: '/integrations/test',
  summary: 'Try credentials without storing anything',
  access: session('member'),
  body: connectBody,
  output: z.object({
    ok: z.boolean(),
    code: orAbsent(z.string()),
    hint: orAbsent(z.string()),
    account: Integration.shape.account,
  }),
  failures: ['invalid_url', 'rate_limited', 'provider_not_available', 'plan_required'],
  grants: ['table:write'],
});

export const list = defineOperation({
  id: 'integrations.list',
  path: '/integrations/connected',
  summary: "The organisation's integrations and the caller's own",
  access: session('member'),
  query: z.strictObject({
    scope: z.optional(Scope),
    provider: z.optional(providerId),
    limit: limitInQuery(100, 50),
    cursor,
  }),
  output: z.object({ integrations: z.array(IntegrationView), nextCursor: z.nullable(z.string()) }),
  grants: ['table:read', 'cursors'],
});

export const get = defineOperation({
  id: 'integrations.get',
  path: '/integrations/{id}',
  summary: 'One integration',
  access: session('member'),
  params,
  output: z.object({ integration: IntegrationView }),
  grants: ['table:read'],
});

export const update = defineOperation({
  id: 'integrations.update',
  method: 'PATCH',
  path: '/integrations/{id}',
  summary: 'Rename, enable, disable, or change settings and credentials',
  access: session('holder'),
  params,
  body: z.strictObject({
    name: z.optional(line(100)),
    enabled: z.optional(z.boolean()),
    settings: z.optional(fields),
    credentials: z.optional(fields),
    version: z.number().check(z.int(), z.gte(1)),
  }),
  output: z.object({ integration: Integration }),
  failures: [...tryFailures, 'conflict', 'stale_version', 'already_connected', 'needs_setup'],
  grants: ['table:read', 'table:write', 'credentials:open', 'credentials:seal'],
});

export const remove = defineOperation({
  id: 'integrations.delete',
  method: 'DELETE',
  path: '/integrations/{id}',
  summary: 'Disconnect: gone at once; revocation and purge follow',
  access: session('holder'),
  params,
  failures: ['conflict'],
  grants: ['table:read', 'table:write'],
});

export const test = defineOperation({
  id: 'integrations.test',
  method: 'POST',
  path: '/integrations/{id}/test',
  summary: 'Test a saved connection',
  access: session('holder'),
  params,
  output: z.object({
    ok: z.boolean(),
    code: orAbsent(z.string()),
    hint: orAbsent(z.string()),
    testedAt: time,
  }),
  failures: ['rate_limited', 'needs_setup'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});

export const reset = defineOperation({
  id: 'integrations.reset',
  method: 'POST',
  path: '/integrations/{id}/reset',
  summary: 'Forget credentials and settings; name, id and links stay',
  access: session('holder'),
  params,
  output: z.object({ integration: Integration }),
  failures: ['conflict', 'stale_version'],
  grants: ['table:read', 'table:write'],
});

export const reconnect = defineOperation({
  id: 'integrations.reconnect',
  method: 'POST',
  path: '/integrations/{id}/reconnect',
  summary: 'Connect again under the same id: the same account, other credentials or a new consent',
  access: session('holder'),
  params,
  body: z.strictObject({
    auth: z.optional(AuthKind),
    settings: z.optional(fields),
    credentials: z.optional(fields),
    /** Only these, on top of those the provider always needs: the consent for what is missing. */
    scopes: z.optional(z.array(line(200)).check(z.maxLength(50))),
    returnTo: z.optional(line(60)),
  }),
  answers: connectAnswers,
  failures: [...tryFailures, 'conflict', 'stale_version', 'different_account', 'oauth_not_configured'],
  grants: ['table:read', 'table:write', 'credentials:open', 'credentials:seal'],
});

export const health = defineOperation({
  id: 'integrations.health',
  path: '/integrations/{id}/health',
  summary: 'The state of health with its cause, latencies and errors of the last day',
  access: session('holder'),
  params,
  output: z.object({
    state: HealthState,
    since: time,
    cause: orAbsent(Cause),
    tokenExpiresAt: orAbsent(time),
    /** Milliseconds; absent while nothing was called. */
    latency: z.object({ p50: orAbsent(z.number()), p95: orAbsent(z.number()) }),
    /** Of the calls of the last day, from 0 to 1; absent while there were none. */
    successRate: orAbsent(z.number()),
    lastError: orAbsent(z.object({ code: z.string(), at: time })),
  }),
  grants: ['table:read'],
});

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
