import * as z from 'zod/mini';
import { tryFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import { Integration, id, line, orAbsent, Scope, time } from '../shapes.ts';

export const callback = defineOperation({
  id: 'oauth.callback',
  path: '/oauth/callback/{provider}',
  summary: 'Where providers send the browser back to; exchanges nothing',
  access: { by: 'public' },
  params: z.strictObject({ provider: z.string() }),
  answers: {
    sent: { status: 303, body: 'raw' },
    /** A page: what reads it is a browser. */
    refused: { status: 400, body: 'raw' },
  },
  grants: ['table:read', 'table:write'],
});

export const complete = defineOperation({
  id: 'oauth.complete',
  method: 'POST',
  path: '/oauth/attempts/{id}/complete',
  summary: 'End a consent: by the user who began it, with the ticket only their browser got',
  access: session('member'),
  params: z.strictObject({ id }),
  body: z.strictObject({
    ticket: z.string().check(z.minLength(1), z.maxLength(200)),
    /** The id of one of the sites the last answer offered. */
    choice: z.optional(line(200)),
  }),
  answers: {
    created: { status: 201, body: z.object({ integration: Integration }) },
    existing: { status: 200, body: z.object({ integration: Integration }) },
    choose: {
      status: 200,
      body: z.object({
        choose: z.array(z.object({ id: z.string(), name: z.string(), url: orAbsent(z.url()) })),
      }),
    },
  },
  failures: [
    ...tryFailures,
    'plan_required',
    'conflict',
    'consent_denied',
    'already_connected',
    'different_account',
    'oauth_not_configured',
    'oauth_app_rejected',
    'in_progress',
    'stale_version',
  ],
  grants: ['table:read', 'table:write', 'credentials:open', 'credentials:seal'],
});

const params = z.strictObject({ provider: z.string() });
const App = z.object({
  clientId: orAbsent(z.string()),
  settings: z.record(z.string(), z.string()),
  secret: z.object({ set: z.boolean(), updatedAt: orAbsent(time) }),
  redirectUri: z.url(),
  source: z.nullable(z.enum(['organization', 'environment'])),
});

export const getApp = defineOperation({
  id: 'apps.get',
  path: '/providers/{provider}/app',
  summary: "The OAuth app that consents use: the organisation's own, else the environment's",
  access: session('admin'),
  params,
  output: z.object({ app: App }),
  grants: ['table:read'],
});

export const putApp = defineOperation({
  id: 'apps.put',
  method: 'PUT',
  path: '/providers/{provider}/app',
  summary: "Set the organisation's own OAuth app; the secret is never shown",
  access: session('admin'),
  params,
  body: z.strictObject({
    clientId: line(300),
    clientSecret: z.string().check(z.minLength(1), z.maxLength(1000), z.regex(/^[\x21-\x7e]+$/)),
    settings: z.optional(z.record(z.string().check(z.maxLength(60)), z.string().check(z.maxLength(300)))),
  }),
  output: z.object({ app: App }),
  failures: ['conflict'],
  grants: ['table:read', 'table:write', 'credentials:seal'],
});

export const deleteApp = defineOperation({
  id: 'apps.delete',
  method: 'DELETE',
  path: '/providers/{provider}/app',
  summary: "Remove the organisation's own OAuth app",
  access: session('admin'),
  params,
  grants: ['table:read', 'table:write'],
});

const Consent = z.object({
  /** That of the integration it was given for. */
  id: z.string(),
  provider: z.string(),
  scope: Scope,
  /** Who consented. */
  userId: z.string(),
  at: time,
  scopes: z.array(z.string()),
  account: orAbsent(z.string()),
});

export const listConsents = defineOperation({
  id: 'consents.list',
  path: '/consents',
  summary: "One's own consents, and for admins those of the organisation",
  access: session('member'),
  output: z.object({ consents: z.array(Consent) }),
  grants: ['table:read'],
});

export const withdrawConsent = defineOperation({
  id: 'consents.withdraw',
  method: 'DELETE',
  path: '/consents/{id}',
  summary: 'Withdraw a consent: disables the integration, and revokes or deletes the token',
  access: session('holder'),
  params: z.strictObject({ id }),
  failures: ['conflict', 'stale_version'],
  grants: ['table:read', 'table:write'],
});
