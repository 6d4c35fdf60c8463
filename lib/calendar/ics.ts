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
import { invalidField } from '../errors/error.ts';

/** Events of an iCalendar file (RFC 5545). */
export type FoundEvent = CalendarEvent & { title: string; recurrence: string | null; recurring: boolean };

const mostEvents = 200;

const responses: Record<string, 'accepted' | 'declined' | 'tentative'> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};

const addressOf = (property: ICAL.Property): string | null =>
  cleanEmail(String(property.getFirstValue() ?? '').replace(/^mailto:/i, ''));

const parameter = (property: ICAL.Property, name: string): string | null => {
  const value = property.getParameter(name);
  return typeof value === 'string' ? value : null;
};

const personOf = (property: ICAL.Property) => ({
  name: parameter(property, 'cn'),
  email: addressOf(property),
});

/** A moment in UTC, or a date; a time without a zone is read as UTC. */
const timeOf = (time: ICAL.Time): string =>
  time.isDate
    ? time.toString().slice(0, 10)
    : time.convertToZone(ICAL.Timezone.utcTimezone).toJSDate().toISOString();

const statusOf = (component: ICAL.Component): CalendarEvent['status'] => {
  const status = String(component.getFirstPropertyValue('status') ?? '').toLowerCase();
  return status === 'cancelled' || status === 'tentative' ? status : 'confirmed';
};

const joinUrlOf = (component: ICAL.Component): string | null =>
  ['x-google-conference', 'x-microsoft-skypeteamsmeetingurl', 'conference', 'url']
    .map((name) => cleanJoinUrl(String(component.getFirstPropertyValue(name) ?? '')))
    .find((url) => url !== null) ?? null;

const eventOf = (component: ICAL.Component): FoundEvent | null => {
  const event = new ICAL.Event(component);
  const { uid, startDate, endDate } = event;
  if (!uid || !startDate) return null;
  const organizer = component.getFirstProperty('organizer');
  const recurrenceId = event.recurrenceId as ICAL.Time | null;
  return {
    title: titleOf(event.summary),
    uid: cleanOptional(uid, 512),
    recurrence: recurrenceId ? timeOf(recurrenceId) : null,
    recurring: event.isRecurring(),
    start: timeOf(startDate),
    end: timeOf(endDate),
    allDay: startDate.isDate,
    timeZone: cleanOptional(startDate.zone?.tzid === 'floating' ? null : startDate.zone?.tzid, 60),
    location: cleanOptional(event.location, 300),
    organizer: organizer ? toPerson(personOf(organizer)) : null,
    attendees: toAttendees(
      component.getAllProperties('attendee').map((property) => ({
        ...personOf(property),
        response: responses[parameter(property, 'partstat') ?? ''] ?? 'none',
      })),
    ),
    recurringEventId: null,
    joinUrl: joinUrlOf(component),
    status: statusOf(component),
  };
};

/** The events of a file, at most 200; a file that is none is a 400. */
export const eventsOfIcs = (text: string): FoundEvent[] => {
  try {
    const parsed = ICAL.parse(text) as unknown[];
    // One calendar comes as itself, several as a list.
    const roots = typeof parsed[0] === 'string' ? [parsed] : parsed;
    const components = roots.map((root) => new ICAL.Component(root as never));
    for (const zone of components.flatMap((one) => one.getAllSubcomponents('vtimezone')))
      ICAL.TimezoneService.register(zone);
    return components
      .flatMap((one) => one.getAllSubcomponents('vevent'))
      .slice(0, mostEvents)
      .map(eventOf)
      .filter((event) => event !== null);
  } catch {
    throw invalidField('ics', 'is not an iCalendar file');
  } finally {
    ICAL.TimezoneService.reset();
  }
};
