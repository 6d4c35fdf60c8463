import { generateKeyPairSync } from 'node:crypto';
import { demo as microsoft } from '../../infra/local/standins/microsoft/seed.ts';
import type { Caller } from '../support/api.ts';
import type { Calendar } from '../support/calendars.ts';
import { plantedSecret } from '../support/secrets.ts';

/** What can be wrong with what is typed in to connect a calendar, and what each must come out as. */

export type Change = { settings?: Record<string, string>; credentials?: Record<string, string> };
export type Case = { what: string; arrange: (calendar: Calendar) => Change | Promise<Change>; code: string };

const otherKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

export const robotOf = ({ connection }: Calendar): string => connection.credentials['clientEmail'] ?? '';
const appOf = ({ connection }: Calendar): string => connection.settings['clientId'] ?? '';
export const readonly = 'https://www.googleapis.com/auth/calendar.readonly';

export const google: Case[] = [
  {
    what: 'the key of another account',
    arrange: () => ({ credentials: { privateKey: otherKey() } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a key that was disabled',
    arrange: async (calendar) => {
      await calendar.control('service-accounts/keys', { email: robotOf(calendar), disabled: true });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'an account that does not exist',
    arrange: () => ({ credentials: { clientEmail: 'nobody@nowhere.iam.gserviceaccount.com' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'somebody to act for without delegation',
    arrange: ({ owner }) => ({ settings: { subject: owner } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a calendar there is not',
    arrange: () => ({ settings: { calendarId: 'nobody@nowhere.example' } }),
    code: 'provider_not_found',
  },
  {
    what: 'a calendar that is not shared with it',
    arrange: async (calendar) => {
      await calendar.control('share', { calendar: calendar.owner, with: robotOf(calendar), role: 'none' });
      return {};
    },
    code: 'provider_not_found',
  },
];

export const outlook: Case[] = [
  {
    what: 'a wrong secret',
    arrange: () => ({ credentials: { clientSecret: plantedSecret('wrong') } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a secret that has expired',
    arrange: async (calendar) => {
      await calendar.control('app-secret', { client: appOf(calendar), expired: true });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'an app there is not',
    arrange: () => ({ settings: { clientId: 'no-such-app' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a tenant there is not',
    arrange: () => ({ settings: { tenantId: 'nowhere.example' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a tenant that did not let the app in',
    arrange: async (calendar) => {
      const { tenantId: tenant } = calendar.connection.settings;
      await calendar.control('app-roles', { client: appOf(calendar), tenant, roles: null });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'a mailbox there is not',
    arrange: () => ({ settings: { mailbox: 'nobody@acme.example' } }),
    code: 'provider_not_found',
  },
  {
    what: 'an account without a mailbox',
    arrange: async ({ owner: user, control }) => {
      await control('users/change', { user, mailbox: false });
      return {};
    },
    code: 'provider_not_found',
  },
  {
    what: 'an app that may read no calendars',
    arrange: async (calendar) => {
      const roles = ['User.Read.All'];
      await calendar.control('app-roles', { client: appOf(calendar), tenant: microsoft.tenant, roles });
      return {};
    },
    code: 'provider_forbidden',
  },
  {
    what: 'a mailbox the access policy keeps from the app',
    arrange: async (calendar) => {
      const mailboxes = ['grace@acme.example'];
      await calendar.control('mailbox-policy', { client: appOf(calendar), mailboxes });
      return {};
    },
    code: 'provider_forbidden',
  },
];

export const bodyOf = ({ provider, auth, connection }: Calendar, change: Change) => ({
  provider,
  auth,
  scope: 'organization',
  settings: { ...connection.settings, ...change.settings },
  credentials: { ...connection.credentials, ...change.credentials },
});

export const connectedTo = async (admin: Caller, calendar: Calendar): Promise<string> => {
  const { status, body, text } = await admin.post('/integrations/connect', bodyOf(calendar, {}));
  if (status !== 201) throw new Error(text);
  return body.integration.id;
};
