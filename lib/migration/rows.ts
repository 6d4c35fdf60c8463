import type * as z from 'zod/mini';
import type { runMigration } from '../contract/operations/migration.ts';
import type { AuthKindName } from '../model/integration.ts';
import { isLegacyCiphertext, openLegacy } from './legacy-cipher.ts';

export type Rows = z.output<typeof runMigration.body>;

/** A credential of the old app, whatever table it stood in; its secrets are opened when it is migrated. */
export type LegacyCredential = {
  /** What marks it as migrated. */
  source: string;
  /** The id of the old row, of older rows. */
  rowId: string | null;
  provider: string;
  auth: AuthKindName;
  name: string | null;
  /** Settings and credentials in one, as the old app had them; the manifest says which is which. */
  fields: Record<string, string>;
};

export type LegacyLink = { provider: string; personId: string; externalId: string };

type Unified = NonNullable<Rows['integrations']>[number];

/** What older rows called their fields, by ours. */
const olderNames: Record<string, readonly string[]> = {
  baseUrl: ['baseUrl', 'url', 'siteUrl', 'jiraBaseUrl'],
  username: ['username', 'email', 'jiraUsername'],
  apiToken: ['apiToken', 'apiKey', 'encryptedApiKey'],
  token: ['token', 'accessToken', 'personalAccessToken', 'encryptedPat', 'apiKey'],
  clientEmail: ['clientEmail', 'client_email'],
  privateKey: ['privateKey', 'private_key'],
  calendarId: ['calendarId'],
  subject: ['subject'],
  tenantId: ['tenantId'],
  clientId: ['clientId'],
  clientSecret: ['clientSecret'],
  mailbox: ['mailbox', 'userPrincipalName'],
};

const kindsOf: Record<string, AuthKindName> = {
  jira: 'api_token',
  github: 'api_token',
  google_calendar: 'service_account',
  microsoft_outlook: 'client_credentials',
};

/** The fields of an older row under our names; others it held are not taken over. */
const fieldsOf = ({ config }: Unified): Record<string, string> =>
  Object.fromEntries(
    Object.entries(olderNames).flatMap(([name, older]) => {
      const value = older.map((one) => config[one]).find((one) => typeof one === 'string' && one !== '');
      return value ? [[name, value]] : [];
    }),
  );

export const credentialsIn = ({
  userJiraCredentials,
  userGithubCredentials,
  integrations,
}: Rows): LegacyCredential[] => [
  ...(userJiraCredentials
    ? [
        {
          source: 'jira',
          rowId: null,
          provider: 'jira',
          auth: 'api_token' as const,
          name: null,
          fields: {
            baseUrl: userJiraCredentials.jiraBaseUrl,
            username: userJiraCredentials.jiraUsername,
            apiToken: userJiraCredentials.encryptedApiKey,
          },
        },
      ]
    : []),
  ...(userGithubCredentials
    ? [
        {
          source: 'github',
          rowId: null,
          provider: 'github',
          auth: 'api_token' as const,
          name: null,
          fields: { token: userGithubCredentials.encryptedPat },
        },
      ]
    : []),
  ...(integrations ?? []).map((row) => ({
    source: `row:${row.id}`,
    rowId: row.id,
    provider: row.provider,
    auth: row.auth ?? kindsOf[row.provider] ?? 'api_token',
    name: row.name ?? null,
    fields: fieldsOf(row),
  })),
];

export const linksIn = ({ personJiraAccounts, personGithubAccounts }: Rows): LegacyLink[] => [
  ...(personJiraAccounts ?? []).map(({ personId, jiraAccountId }) => ({
    provider: 'jira',
    personId,
    externalId: jiraAccountId,
  })),
  ...(personGithubAccounts ?? []).map(({ personId, githubUsername }) => ({
    provider: 'github',
    personId,
    externalId: githubUsername,
  })),
];

export const needsPassphrase = (credentials: readonly LegacyCredential[]): boolean =>
  credentials.some(({ fields }) => Object.values(fields).some(isLegacyCiphertext));

/** Fields with what was encrypted opened; what the old app left in clear is taken as it is. */
export const openedFields = (fields: Record<string, string>, passphrase: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isLegacyCiphertext(value) ? openLegacy(value, passphrase) : value,
    ]),
  );
