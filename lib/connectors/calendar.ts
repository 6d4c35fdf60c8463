import type { DateRange } from '../model/activity.ts';
import type { ExternalItem } from '../model/link.ts';
import type { SyncItem } from '../model/sync.ts';
import { cleanLine, cleanOptional } from './clean.ts';

/** What the calendars share: an event as it is shown, whoever it comes from. */
export type CalendarEvent = {
  /** ISO 8601 in UTC, or a date where `allDay`. */
  start: string;
  /** Exclusive. */
  end: string;
  allDay: boolean;
  /** By its IANA name. */
  timeZone: string | null;
  location: string | null;
  organizer: { name: string | null; email: string } | null;
  attendees: { name: string | null; email: string; response: Response }[];
  recurringEventId: string | null;
  /** When an occurrence of a series would be by its rule, though it may have been moved. */
  originalStart: string | null;
  joinUrl: string | null;
  status: 'confirmed' | 'tentative' | 'cancelled';
  /** The same event in everybody's calendar. */
  uid: string | null;
};
type Response = 'accepted' | 'declined' | 'tentative' | 'none';

const mostAttendees = 200;

/** An address in lower case and otherwise as it is, null where it is none. */
export const cleanEmail = (value: string | null | undefined): string | null => {
  const text = (value ?? '').trim().toLowerCase();
  return /^[^\s\p{C}@<>"]{1,64}@[^\s\p{C}@<>"]{1,190}$/u.test(text) ? text : null;
};

type Person = { name?: string | null | undefined; email?: string | null | undefined };

export const toPerson = ({ name, email }: Person): { name: string | null; email: string } | null => {
  const address = cleanEmail(email);
  return address === null ? null : { name: cleanOptional(name, 200), email: address };
};

export const toAttendees = (
  people: readonly (Person & { response: Response })[],
): CalendarEvent['attendees'] =>
  people.slice(0, mostAttendees).flatMap(({ response, ...person }) => {
    const clean = toPerson(person);
    return clean ? [{ ...clean, response }] : [];
  });

/** An https address anywhere: meetings are held at many hosts. */
export const cleanJoinUrl = (value: string | null | undefined): string | null => {
  if (!value || value.length > 2000 || !URL.canParse(value)) return null;
  const { protocol, username, password, href } = new URL(value);
  return protocol === 'https:' && username === '' && password === '' ? href : null;
};

/**
 * Whether an event is in range. Providers bound whole days by midnight in the calendar's zone; here a day
 * is the same day for everybody, so that what they give too much is left out.
 */
export const isInRange = (
  { allDay, start, end }: Pick<CalendarEvent, 'allDay' | 'start' | 'end'>,
  range: DateRange | null,
): boolean =>
  !allDay ||
  range === null ||
  (Date.parse(start) < Date.parse(range.to) &&
    (Date.parse(end) > Date.parse(range.from) || Date.parse(start) >= Date.parse(range.from)));

const withoutNulls = <T extends object>(value: T): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));

/** As `metadata` of an external entity, where what is absent is left out. */
export const toMetadata = (event: CalendarEvent): Record<string, unknown> =>
  withoutNulls({
    ...event,
    organizer: event.organizer && withoutNulls(event.organizer),
    attendees: event.attendees.map(withoutNulls),
  });

export const titleOf = (value: string | null | undefined): string => cleanLine(value, 300, 'Untitled event');

const day = 86_400_000;
export const syncWindow = (now: number): { from: string; to: string } => ({
  from: new Date(now - 30 * day).toISOString(),
  to: new Date(now + 365 * day).toISOString(),
});

/** An event as a sync keeps it; persons by their addresses. */
export const toSyncedEvent = (
  item: ExternalItem,
  createdAt: string | null,
  updatedAt: string | null,
): SyncItem => {
  const { organizer, attendees, ...rest } = item.metadata as Partial<CalendarEvent>;
  return {
    type: 'event',
    id: item.id,
    url: item.url ?? null,
    createdAt,
    updatedAt,
    category: null,
    sources: {
      title: item.title,
      description: item.description ?? null,
      start: rest.start ?? null,
      end: rest.end ?? null,
      allDay: rest.allDay ?? false,
      timeZone: rest.timeZone ?? null,
      location: rest.location ?? null,
      organizer: organizer?.email ?? null,
      attendees: (attendees ?? []).map(({ email }) => email),
      joinUrl: rest.joinUrl ?? null,
      status: rest.status ?? null,
      recurringEventId: rest.recurringEventId ?? null,
    },
  };
};
