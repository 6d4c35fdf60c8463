import { randomBytes } from 'node:crypto';
import { demo as google } from '../../infra/local/standins/google/seed.ts';
import { demo as microsoft } from '../../infra/local/standins/microsoft/seed.ts';
import type { Call, Fault } from '../../infra/local/standins/standin.ts';
import { plantedSecret } from './secrets.ts';
import { control } from './standins.ts';

/** Calendars at the stand-ins, each test with people, apps and keys of its own, so that tests do not meet. */

const short = (): string => randomBytes(5).toString('hex');

type Event = Record<string, unknown>;
type Values = Record<string, string>;

export type Calendar = {
  provider: 'google_calendar' | 'microsoft_outlook';
  /** What a connect without a browser takes. */
  auth: 'service_account' | 'client_credentials';
  connection: { settings: Values; credentials: Values };
  /** The e-mail address of the person whose calendar it is; who consents. */
  owner: string;
  /** Events as the provider's own API takes them; gives their ids. */
  add: (...events: Event[]) => Promise<string[]>;
  /** A control of the stand-in. */
  control: <T = unknown>(path: string, body: unknown) => Promise<T>;
  /** What the API was asked about this calendar, and the token endpoint in the name of its credentials. */
  calls: () => Promise<Call[]>;
  tokenCalls: () => Promise<{ outcome: string | null }[]>;
  /** What happens to the next calls about this calendar. */
  fault: (act: Fault['act'], times?: number) => Promise<unknown>;
};

const escaped = (text: string): string => text.replaceAll(/[.+]/g, '\\$&');

const common = (
  provider: Calendar['provider'],
  path: string,
  client: string,
  origin: string | undefined,
) => ({
  control: <T>(name: string, body: unknown) => control<T>(provider, 'POST', name, body, origin),
  calls: async () => {
    const { calls } = await control<{ calls: Call[] }>(provider, 'GET', 'calls', undefined, origin);
    return calls.filter((call) => call.path.includes(path));
  },
  tokenCalls: async () =>
    (
      await control<{ calls: { outcome: string | null }[] }>(
        provider,
        'GET',
        `oauth/calls?client=${encodeURIComponent(client)}`,
        undefined,
        origin,
      )
    ).calls,
  fault: (act: Fault['act'], times = 1) =>
    control(provider, 'POST', 'faults', [{ match: { path: escaped(path) }, times, act }], origin),
});

/** A person with a calendar at Google, and a service account the calendar is shared with. */
export const aGoogleCalendar = async (timeZone = 'UTC', origin?: string): Promise<Calendar> => {
  const id = short();
  const owner = `owner-${id}@team-${id}.example`;
  const robot = `robot-${id}@team-${id}.iam.gserviceaccount.com`;
  const post = <T>(path: string, body: unknown) => control<T>('google_calendar', 'POST', path, body, origin);
  await post('users', { email: owner, givenName: 'Olga', familyName: id, timeZone });
  const { private_key: privateKey } = await post<{ private_key: string }>('service-accounts', {
    email: robot,
  });
  await post('share', { calendar: owner, with: robot, role: 'reader' });
  return {
    provider: 'google_calendar',
    auth: 'service_account',
    connection: { settings: { calendarId: owner }, credentials: { clientEmail: robot, privateKey } },
    owner,
    add: async (...events) => (await post<{ ids: string[] }>('events', { calendar: owner, events })).ids,
    ...common('google_calendar', encodeURIComponent(owner), robot, origin),
  };
};

/** A person with a mailbox at Microsoft, and an app that may read calendars there. */
export const anOutlookMailbox = async (origin?: string): Promise<Calendar> => {
  const id = short();
  const owner = `olga-${id}@acme.example`;
  const client = `app-${id}`;
  const clientSecret = plantedSecret('outlook');
  const post = <T>(path: string, body: unknown) =>
    control<T>('microsoft_outlook', 'POST', path, body, origin);
  await post('users', { userPrincipalName: owner, displayName: `Olga ${id}` });
  await post('oauth/clients', {
    id: client,
    secret: clientSecret,
    details: { tenants: { [microsoft.tenant]: ['Calendars.Read'] } },
  });
  return {
    provider: 'microsoft_outlook',
    auth: 'client_credentials',
    connection: {
      settings: { tenantId: microsoft.tenant, clientId: client, mailbox: owner },
      credentials: { clientSecret },
    },
    owner,
    add: async (...events) => {
      const made = await post<{ events: { immutableId: string }[] }>('events', { mailbox: owner, events });
      return made.events.map(({ immutableId }) => immutableId);
    },
    ...common('microsoft_outlook', encodeURIComponent(owner), client, origin),
  };
};

/** The demo's OAuth apps, in whose name the environment connects. */
export const demoApps = { google_calendar: google.client, microsoft_outlook: microsoft.client };
