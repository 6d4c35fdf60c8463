import { randomUUID } from 'node:crypto';
import type { Call } from '../../infra/local/standins/standin.ts';
import type { Caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import { aGithubAccount, aJiraSite, connected, control } from '../support/standins.ts';

/** What each provider has to be synced, told alike: things are named by the ids their records have. */
export type Source = {
  connect: (caller: Caller, scope?: 'organization' | 'user') => Promise<string>;
  /** So many things, last changed a while ago or now, called `Thing 1` and so on. */
  add: (count: number, when?: When) => Promise<string[]>;
  rename: (id: string, title: string) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
  /** Null where nothing is ever closed. */
  close: ((id: string) => Promise<unknown>) | null;
  /** Makes the position of the last sync too old; null where none is. */
  expire: (() => Promise<unknown>) | null;
  calls: () => Promise<Call[]>;
};

export type SourceKind = {
  provider: 'jira' | 'github' | 'google_calendar' | 'microsoft_outlook';
  type: 'task' | 'event';
  /** Says what was deleted. */
  tells: boolean;
  /** What the next sync meets again though nothing changed: GitHub's times are whole seconds. */
  again: number;
  make: (standins: Record<string, string>) => Promise<Source>;
};

type When = 'a while ago' | 'now';

const hour = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * hour).toISOString();
const times = (when: When = 'a while ago') =>
  when === 'now' ? {} : { created: ago(96), updated: { from: ago(72), to: ago(48) } };
const range = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

const jira = async (origin: string | undefined): Promise<Source> => {
  const site = await aJiraSite({}, origin);
  return {
    connect: async (caller, scope = 'organization') =>
      (await connected(caller, 'jira', site.connection, scope)).id,
    add: async (count, when) => {
      const template = { summary: 'Thing {n}', project: 'TEST', status: 'In Progress' };
      const made = { count, template, ...times(when) };
      return (await site.control<{ keys: string[] }>('POST', '/issues', made)).keys;
    },
    rename: (id, summary) => site.control('PATCH', `/issues/${id}`, { summary }),
    close: (id) => site.control('PATCH', `/issues/${id}`, { status: 'Done' }),
    remove: (id) => site.control('DELETE', `/issues/${id}`),
    expire: null,
    calls: site.calls,
  };
};

const github = async (origin: string | undefined): Promise<Source> => {
  const account = await aGithubAccount({}, ['repo'], origin);
  const repository = `${account.login}/things`;
  await control('github', 'POST', 'repositories', { repository }, origin);
  const change = async (id: string, body: object): Promise<void> => {
    const response = await fetch(`${origin}/repos/${id.replace('#', '/issues/')}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${account.token}`,
        'user-agent': 'test',
        'x-forwarded-host': 'api.github.com',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`GitHub: ${response.status} ${await response.text()}`);
  };
  return {
    connect: async (caller, scope = 'organization') =>
      (await connected(caller, 'github', account.connection, scope)).id,
    add: async (count, when) => {
      const made = { repository, author: account.login, title: 'Thing {n}', count, ...times(when) };
      const { numbers } = await control<{ numbers: number[] }>('github', 'POST', 'issues', made, origin);
      return numbers.map((number) => `${repository}#${number}`);
    },
    rename: (id, title) => change(id, { title }),
    close: (id) => change(id, { state: 'closed' }),
    remove: (id) =>
      control('github', 'POST', 'items/delete', { repository, number: Number(id.split('#')[1]) }, origin),
    expire: null,
    // Without those that ask for members, which have tests of their own.
    calls: async () => (await account.calls()).filter(({ path }) => path !== '/user/orgs'),
  };
};

const connectCalendar =
  ({ provider, auth, connection }: Calendar) =>
  async (caller: Caller, scope: 'organization' | 'user' = 'organization'): Promise<string> =>
    (await connected(caller, provider, connection, scope, { auth })).id;

const startOf = (index: number): number => Math.floor(Date.now() / hour) * hour + (24 + index) * hour;

const google = async (origin: string | undefined): Promise<Source> => {
  const calendar = await aGoogleCalendar('UTC', origin);
  const which = (id: string) => ({ calendar: calendar.owner, id });
  return {
    connect: connectCalendar(calendar),
    add: (count) =>
      calendar.add(
        ...range(1, count).map((index) => ({
          summary: `Thing ${index}`,
          start: { dateTime: new Date(startOf(index)).toISOString() },
          end: { dateTime: new Date(startOf(index) + hour / 2).toISOString() },
        })),
      ),
    rename: (id, summary) => calendar.control('events/change', { ...which(id), change: { summary } }),
    remove: (id) => calendar.control('events/delete', which(id)),
    close: null,
    expire: () => calendar.control('sync-tokens/expire', { calendar: calendar.owner }),
    calls: calendar.calls,
  };
};

const outlook = async (origin: string | undefined): Promise<Source> => {
  const calendar = await anOutlookMailbox(origin);
  const which = (id: string) => ({ mailbox: calendar.owner, id });
  const time = (at: number) => ({ dateTime: new Date(at).toISOString().slice(0, 19), timeZone: 'UTC' });
  return {
    connect: connectCalendar(calendar),
    add: (count) =>
      calendar.add(
        ...range(1, count).map((index) => ({
          key: randomUUID(),
          subject: `Thing ${index}`,
          start: time(startOf(index)),
          end: time(startOf(index) + hour / 2),
        })),
      ),
    rename: (id, subject) => calendar.control('events/change', { ...which(id), change: { subject } }),
    remove: (id) => calendar.control('events/delete', which(id)),
    close: null,
    expire: () => calendar.control('delta/expire', { mailbox: calendar.owner }),
    calls: calendar.calls,
  };
};

export const kinds: readonly SourceKind[] = [
  { provider: 'jira', type: 'task', tells: false, again: 0, make: ({ jira: origin }) => jira(origin) },
  { provider: 'github', type: 'task', tells: false, again: 1, make: ({ github: origin }) => github(origin) },
  {
    provider: 'google_calendar',
    type: 'event',
    tells: true,
    again: 0,
    make: ({ google_calendar: origin }) => google(origin),
  },
  {
    provider: 'microsoft_outlook',
    type: 'event',
    tells: true,
    again: 0,
    make: ({ microsoft_outlook: origin }) => outlook(origin),
  },
];
