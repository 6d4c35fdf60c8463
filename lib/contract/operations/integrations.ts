import * as z from 'zod/mini';
import { tryFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import {
  AuthKind,
  Cause,
  cursor,
  HealthState,
  Integration,
  IntegrationView,
  id,
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
