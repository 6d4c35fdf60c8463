import * as z from 'zod/mini';
import { tryFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import { AuthKind, foreignId, line, orAbsent, providerId } from '../shapes.ts';

/** Rows as the old app stored them; the app's own server forwards them with the user's session. */
const encrypted = z.string().check(z.minLength(1), z.maxLength(4000));
const nullableLine = z.optional(z.nullable(line(300)));

export const UserJiraCredentials = z.strictObject({
  jiraUsername: line(254),
  encryptedApiKey: encrypted,
  jiraBaseUrl: z.string().check(z.minLength(1), z.maxLength(300)),
});
export const UserGithubCredentials = z.strictObject({ githubUsername: line(100), encryptedPat: encrypted });
export const PersonJiraAccount = z.strictObject({
  personId: foreignId(),
  jiraAccountId: line(128),
  jiraEmail: nullableLine,
  jiraDisplayName: nullableLine,
});
export const PersonGithubAccount = z.strictObject({
  personId: foreignId(),
  githubUsername: line(100),
  githubDisplayName: nullableLine,
  githubEmail: nullableLine,
});
/** Older still: one row for any provider, with some secrets left in clear. */
export const UnifiedIntegration = z.strictObject({
  id: foreignId(),
  provider: providerId,
  auth: z.optional(AuthKind),
  name: z.optional(line(100)),
  config: z.record(
    z.string().check(z.maxLength(60)),
    z.union([z.string().check(z.maxLength(10_000)), z.null()]),
  ),
});

const rows = z.strictObject({
  userJiraCredentials: z.optional(z.nullable(UserJiraCredentials)),
  userGithubCredentials: z.optional(z.nullable(UserGithubCredentials)),
  /** Only those the user chose to keep. */
  personJiraAccounts: z.optional(z.array(PersonJiraAccount).check(z.maxLength(500))),
  personGithubAccounts: z.optional(z.array(PersonGithubAccount).check(z.maxLength(500))),
  integrations: z.optional(z.array(UnifiedIntegration).check(z.maxLength(20))),
});

const state = z.enum(['none', 'migrated']);

const outcome = z.object({
  needsMigration: z.boolean(),
  /** One entry per credential that was sent. */
  integrations: z.array(
    z.object({
      provider: z.string(),
      /** The id of the old row, of older rows. */
      source: orAbsent(z.string()),
      outcome: z.enum(['would_migrate', 'migrated', 'already_migrated', 'failed']),
      code: orAbsent(z.string()),
      /** What went wrong, in words. */
      detail: orAbsent(z.string()),
      integrationId: orAbsent(z.string()),
      name: orAbsent(z.string()),
      account: orAbsent(z.string()),
    }),
  ),
  links: z.array(
    z.object({
      provider: z.string(),
      personId: z.string(),
      externalId: z.string(),
      outcome: z.enum(['would_migrate', 'migrated', 'already_migrated', 'failed']),
      code: orAbsent(z.string()),
      linkId: orAbsent(z.string()),
    }),
  ),
});

export const migrationStatus = defineOperation({
  id: 'migration.status',
  path: '/migration',
  summary: "What of the caller's legacy credentials was migrated",
  access: session('member'),
  output: z.object({ jira: state, github: state }),
  grants: ['table:read'],
});

export const previewMigration = defineOperation({
  id: 'migration.preview',
  method: 'POST',
  path: '/migration/preview',
  summary: 'What a migration of these rows would create; writes nothing and asks no provider',
  access: session('member'),
  body: rows,
  output: outcome,
  failures: ['conflict'],
  grants: ['table:read', 'credentials:open'],
});

export const runMigration = defineOperation({
  id: 'migration.run',
  method: 'POST',
  path: '/migration',
  summary: 'Create a personal integration of each credential and links of the chosen accounts; repeatable',
  access: session('member'),
  body: rows,
  output: outcome,
  failures: [...tryFailures, 'conflict'],
  grants: ['table:read', 'table:write', 'credentials:open', 'credentials:seal'],
  creates: true,
});
