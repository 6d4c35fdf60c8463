import type { Moment } from '../google/time/zone.ts';
import type { OAuthState } from '../oauth/index.ts';
import { standinNow } from '../standin.ts';

/** What the stand-in for Microsoft 365 remembers: plain data, kept in one file between starts. */

export type Tenant = { id: string; name: string; domains: string[] };

export type User = {
  id: string;
  tenant: string;
  userPrincipalName: string;
  /** Null for some accounts: then the user principal name is all there is. */
  mail: string | null;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  /** Off for an account without an Exchange Online mailbox. */
  mailbox: boolean;
};

export type Recipient = { name: string; address: string };
export type Response =
  | 'none'
  | 'organizer'
  | 'tentativelyAccepted'
  | 'accepted'
  | 'declined'
  | 'notResponded';
export type Attendee = Recipient & {
  type: 'required' | 'optional' | 'resource';
  response: Response;
  respondedAt: number | null;
};

export type Recurrence = {
  pattern: {
    type: string;
    interval: number;
    daysOfWeek?: string[];
    dayOfMonth?: number;
    month?: number;
    index?: string;
    firstDayOfWeek?: string;
  };
  range: {
    type: string;
    startDate: string;
    endDate?: string;
    numberOfOccurrences?: number;
    recurrenceTimeZone?: string;
  };
};

/** One event in one mailbox; the copies of those invited share its `uid`. */
export type MailboxEvent = {
  mailbox: string;
  key: string;
  /** Grows when the item is moved: its changeable id is then another. */
  moves: number;
  /** What is common to all copies, in `iCalUId`. */
  uid: string;
  subject: string | null;
  body: { contentType: 'html' | 'text'; content: string };
  start: Moment;
  end: Moment;
  /** The zones as they were named when it was made. */
  startZone: string;
  endZone: string;
  location: string | null;
  attendees: Attendee[];
  organizer: Recipient;
  joinUrl: string | null;
  sensitivity: string;
  showAs: string;
  importance: string;
  categories: string[];
  recurrence: Recurrence | null;
  /** The key of the series, of an exception. */
  master: string | null;
  originalStart: Moment | null;
  isCancelled: boolean;
  /** Deleted: of a single event or series what is left to tell, of an exception that it does not happen. */
  removed: boolean;
  created: number;
  modified: number;
  /** The number of its last change, by which delta tokens count. */
  changed: number;
};

/** So many of the next calls of Graph are refused. */
export type Limit = {
  times: number;
  status: 429 | 503;
  code: string;
  mailbox: string | null;
  retryAfter: number | null;
};

export type MicrosoftState = {
  tenants: Tenant[];
  users: User[];
  events: MailboxEvent[];
  changes: number;
  /** Delta tokens of an earlier generation are expired; `code` is what they are answered with. */
  sync: { generation: Record<string, number>; code: string; masters: boolean };
  limits: Limit[];
  /** Application access policies: the mailboxes an app may reach by itself; without an entry, all. */
  policies: Record<string, string[]>;
  /** Accounts that must do something before they get tokens again, with the AADSTS number that says what. */
  interaction: Record<string, number>;
  oauth: OAuthState;
  signing: { id: string; privateKey: string; publicKey: string };
};

export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export const addressOf = ({ mail, userPrincipalName }: User): string => mail ?? userPrincipalName;

/** By object id, user principal name or address. */
export const userNamed = (state: MicrosoftState, name: string): User | null =>
  state.users.find(
    ({ id, userPrincipalName, mail }) =>
      same(id, name) || same(userPrincipalName, name) || (mail !== null && same(mail, name)),
  ) ?? null;

export const tenantNamed = (state: MicrosoftState, name: string): Tenant | null =>
  state.tenants.find(({ id, domains }) => same(id, name) || domains.some((domain) => same(domain, name))) ??
  null;

export const eventsOf = (state: MicrosoftState, { id }: User): MailboxEvent[] =>
  state.events.filter(({ mailbox }) => mailbox === id);

export const exceptionsOf = (state: MicrosoftState, series: MailboxEvent): MailboxEvent[] =>
  state.events.filter(({ mailbox, master }) => mailbox === series.mailbox && master === series.key);

/** Marks a change of an event, now or as of a given moment. */
export const touch = (state: MicrosoftState, event: MailboxEvent, at = standinNow()): MailboxEvent => {
  state.changes += 1;
  return Object.assign(event, { modified: at, changed: state.changes });
};
