import { randomBytes } from 'node:crypto';
import type { OAuthState } from '../oauth/types.ts';
import { standinNow } from '../standin.ts';
import type { Moment } from './time/zone.ts';

/** What the stand-in for Google remembers: plain data, kept in one file between starts. */

export type User = {
  /** The account id, `sub` of the person's tokens. */
  id: string;
  email: string;
  givenName: string;
  familyName: string;
  /** The Workspace domain; null for a personal account. */
  hd: string | null;
};

export type ServiceAccount = {
  email: string;
  /** The numeric id by which an administrator delegates. */
  clientId: string;
  projectId: string;
  /** `privateKey` is kept for the control that hands it out, and null for a key that was given. */
  keys: { id: string; publicKey: string; privateKey: string | null; disabled: boolean }[];
  /** Domain-wide delegation: whose people it may act for, with which scopes. */
  delegations: { domain: string; scopes: string[] }[];
};

/** From least to most. */
export const roles = ['none', 'freeBusyReader', 'reader', 'writer', 'owner'] as const;
export type Role = (typeof roles)[number];

export type Calendar = {
  id: string;
  summary: string;
  description: string | null;
  timeZone: string;
  /** Whose primary calendar it is, or who made it. */
  owner: string;
  primary: boolean;
  /** By address, by `@domain`, or `*` for everybody. */
  acl: Record<string, Role>;
  /** The accounts on whose list it appears. */
  listedBy: string[];
  /** Sync tokens of an earlier generation are expired. */
  syncGeneration: number;
};

export type Person = { email: string; displayName: string | null };
export type Attendee = Person & {
  responseStatus: 'needsAction' | 'declined' | 'tentative' | 'accepted';
  optional: boolean;
  resource: boolean;
  comment: string | null;
};

/** One event as it lies on one calendar; the copies of those invited have the same id and UID. */
export type CalendarEvent = {
  calendarId: string;
  id: string;
  iCalUID: string;
  status: 'confirmed' | 'tentative' | 'cancelled';
  summary: string | null;
  description: string | null;
  location: string | null;
  start: Moment;
  end: Moment;
  recurrence: string[] | null;
  /** Of an exception of a series. */
  recurringEventId: string | null;
  originalStart: Moment | null;
  creator: Person;
  organizer: Person;
  attendees: Attendee[];
  visibility: 'default' | 'public' | 'private' | 'confidential';
  meet: string | null;
  conferenceData: unknown;
  /** Properties that are kept as they were sent. */
  more: Record<string, unknown>;
  created: number;
  updated: number;
  sequence: number;
  /** The number of its last change, by which sync tokens count. */
  changed: number;
};

/** So many of the next calls of the Calendar API are refused. */
export type Limit = {
  times: number;
  status: 403 | 429;
  reason: string;
  account: string | null;
  retryAfter: number | null;
};

export type GoogleState = {
  users: User[];
  serviceAccounts: ServiceAccount[];
  calendars: Calendar[];
  events: CalendarEvent[];
  changes: number;
  limits: Limit[];
  oauth: OAuthState;
  /** Signs identity tokens. */
  signing: { id: string; privateKey: string; publicKey: string };
};

export const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export const userNamed = (state: GoogleState, account: string): User | null =>
  state.users.find(({ id, email }) => id === account || sameAddress(email, account)) ?? null;

export const domainOf = (email: string): string => email.slice(email.indexOf('@') + 1).toLowerCase();

export const nameOf = ({ givenName, familyName }: User): string => `${givenName} ${familyName}`.trim();

export const calendarNamed = (state: GoogleState, id: string): Calendar | null =>
  state.calendars.find((calendar) => sameAddress(calendar.id, id)) ?? null;

export const eventsOf = (state: GoogleState, calendar: Calendar): CalendarEvent[] =>
  state.events.filter(({ calendarId }) => calendarId === calendar.id);

/** Marks a change of an event, now or as of a given moment. */
export const touch = (state: GoogleState, event: CalendarEvent, at = standinNow()): CalendarEvent => {
  state.changes += 1;
  return Object.assign(event, { updated: at, changed: state.changes });
};

/** base32hex in lower case, as the ids of events are. */
export const randomEventId = (): string =>
  [...randomBytes(26)].map((byte) => '0123456789abcdefghijklmnopqrstuv'[byte % 32]).join('');
