import ICAL from 'ical.js';
import {
  type CalendarEvent,
  cleanEmail,
  cleanJoinUrl,
  titleOf,
  toAttendees,
  toPerson,
} from '../connectors/calendar.ts';
import { cleanOptional } from '../connectors/clean.ts';
import { zoneNamed } from '../connectors/time-zones.ts';
import { AppError, invalidField } from '../errors/error.ts';
import { endOf, forgetZones, learnZones, momentOf } from './ics-time.ts';

/** Events of an iCalendar file (RFC 5545). */
export type FoundEvent = CalendarEvent & { title: string; recurring: boolean };

/** What is the same for all events of a calendar. */
type Common = { usual: string | null; isCancelled: boolean };

const mostEvents = 200;

const responses: Record<string, 'accepted' | 'declined' | 'tentative'> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};

const textOf = (component: ICAL.Component, name: string): string =>
  String(component.getFirstPropertyValue(name) ?? '');

const parameter = (property: ICAL.Property, name: string): string | null => {
  const value = property.getParameter(name);
  return typeof value === 'string' ? value : null;
};

const withoutScheme = (address: string): string => address.replace(/^mailto:/i, '');

const personOf = (property: ICAL.Property) => ({
  name: parameter(property, 'cn'),
  // Where the address is that of a calendar server, some say the e-mail address beside it.
  email:
    cleanEmail(withoutScheme(String(property.getFirstValue() ?? ''))) ??
    cleanEmail(parameter(property, 'email')),
});

const isPerson = (property: ICAL.Property): boolean =>
  !['RESOURCE', 'ROOM'].includes((parameter(property, 'cutype') ?? '').toUpperCase());

const statusOf = (component: ICAL.Component, { isCancelled }: Common): CalendarEvent['status'] => {
  const status = textOf(component, 'status').toLowerCase();
  if (isCancelled || status === 'cancelled') return 'cancelled';
  return status === 'tentative' ? 'tentative' : 'confirmed';
};

const joinUrlOf = (component: ICAL.Component): string | null =>
  ['x-google-conference', 'x-microsoft-skypeteamsmeetingurl', 'conference', 'url']
    .map((name) => cleanJoinUrl(textOf(component, name)))
    .find((url) => url !== null) ?? null;

const lacks = (number: number, name: string): AppError =>
  invalidField('ics', `has an event without ${name}, the ${number}. of the file`);

/** The `number`-th event of its file. */
const eventOf = (component: ICAL.Component, common: Common, number: number): FoundEvent => {
  const uid = cleanOptional(textOf(component, 'uid'), 512);
  const startProperty = component.getFirstProperty('dtstart');
  if (uid === null) throw lacks(number, 'UID');
  if (!startProperty) throw lacks(number, 'DTSTART');
  const start = momentOf(startProperty, common.usual);
  const organizer = component.getFirstProperty('organizer');
  const replaces = component.getFirstProperty('recurrence-id');
  return {
    title: titleOf(textOf(component, 'summary')),
    uid,
    recurring: replaces !== null || component.hasProperty('rrule') || component.hasProperty('rdate'),
    originalStart: replaces && momentOf(replaces, common.usual).at,
    start: start.at,
    end: endOf(component, start, common.usual),
    allDay: start.isDate,
    timeZone: start.zone,
    location: cleanOptional(textOf(component, 'location'), 300),
    organizer: organizer ? toPerson(personOf(organizer)) : null,
    attendees: toAttendees(
      component
        .getAllProperties('attendee')
        .filter(isPerson)
        .map((property) => ({
          ...personOf(property),
          response: responses[(parameter(property, 'partstat') ?? '').toUpperCase()] ?? 'none',
        })),
    ),
    recurringEventId: null,
    joinUrl: joinUrlOf(component),
    status: statusOf(component, common),
  };
};

const sequenceOf = (component: ICAL.Component): number => Number(textOf(component, 'sequence')) || 0;

/** Of several versions of one event only the newest counts. */
const newest = (found: readonly { event: FoundEvent; sequence: number }[]): FoundEvent[] => {
  const byKey = new Map<string, { event: FoundEvent; sequence: number }>();
  for (const one of found) {
    const key = JSON.stringify([one.event.uid, one.event.originalStart]);
    const other = byKey.get(key);
    if (!other || other.sequence <= one.sequence) byKey.set(key, one);
  }
  return [...byKey.values()].map(({ event }) => event);
};

const eventsOf = (calendars: readonly ICAL.Component[]): FoundEvent[] => {
  const parts = calendars.flatMap((calendar) => {
    learnZones(calendar);
    const common = {
      usual: zoneNamed(textOf(calendar, 'x-wr-timezone')),
      isCancelled: textOf(calendar, 'method').toUpperCase() === 'CANCEL',
    };
    return calendar.getAllSubcomponents('vevent').map((component) => ({ component, common }));
  });
  if (parts.length > mostEvents) throw invalidField('ics', `must hold at most ${mostEvents} events`);
  return newest(
    parts.map(({ component, common }, index) => ({
      event: eventOf(component, common, index + 1),
      sequence: sequenceOf(component),
    })),
  );
};

const notACalendar = (): AppError => invalidField('ics', 'is not an iCalendar file');

const calendarsOf = (text: string): ICAL.Component[] => {
  const parsed = ICAL.parse(text.replace(/^\uFEFF/, '')) as unknown[];
  // One calendar comes as itself, several as a list.
  const roots = typeof parsed[0] === 'string' ? [parsed] : parsed;
  const calendars = roots.map((root) => new ICAL.Component(root as never));
  if (calendars.length === 0 || calendars.some(({ name }) => name !== 'vcalendar')) throw notACalendar();
  return calendars;
};

/** The events of a file, at most 200; a file that is none is a 400. */
export const eventsOfIcs = (text: string): FoundEvent[] => {
  try {
    return eventsOf(calendarsOf(text));
  } catch (error) {
    throw error instanceof AppError ? error : notACalendar();
  } finally {
    forgetZones();
  }
};
