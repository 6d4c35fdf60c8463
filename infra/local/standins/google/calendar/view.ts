import type { Attendee, Calendar, CalendarEvent, Person, Role } from '../state.ts';
import { sameAddress } from '../state.ts';
import { type Moment, rfc3339 } from '../time/zone.ts';

/** Events as the Calendar API shows them (https://developers.google.com/calendar/api/v3/reference/events). */

export type Lens = {
  calendar: Calendar;
  role: Role;
  /** The zone in which times are written. */
  timeZone: string;
  maxAttendees: number | null;
  /** Of a deleted event only the id is guaranteed; so it is in an incremental sync. */
  bareWhenCancelled: boolean;
};

const momentView = (moment: Moment, timeZone: string) =>
  'date' in moment
    ? { date: moment.date }
    : { dateTime: rfc3339(moment.at, timeZone), timeZone: moment.zone };

const personView = ({ email, displayName }: Person, calendar: Calendar) => ({
  email,
  ...(displayName !== null && { displayName }),
  ...(sameAddress(email, calendar.id) && { self: true }),
});

const attendeeView = (attendee: Attendee, event: CalendarEvent, calendar: Calendar) => ({
  ...personView(attendee, calendar),
  ...(sameAddress(attendee.email, event.organizer.email) && { organizer: true }),
  ...(attendee.optional && { optional: true }),
  ...(attendee.resource && { resource: true }),
  responseStatus: attendee.responseStatus,
  ...(attendee.comment !== null && { comment: attendee.comment }),
});

const attendeesView = (event: CalendarEvent, { calendar, maxAttendees }: Lens) => {
  if (event.attendees.length === 0) return {};
  const omitted = maxAttendees !== null && event.attendees.length > maxAttendees;
  const shown = omitted
    ? event.attendees.filter(({ email }) => sameAddress(email, calendar.id))
    : event.attendees;
  return {
    attendees: shown.map((attendee) => attendeeView(attendee, event, calendar)),
    ...(omitted && { attendeesOmitted: true }),
  };
};

/** Microseconds, doubled: as the tags of Google look, and never the same for two changes. */
export const etagOf = ({ updated, changed }: CalendarEvent): string =>
  `"${updated * 2000 + (changed % 1000) * 2}"`;

const linkOf = ({ id }: CalendarEvent, calendar: Calendar): string =>
  `https://www.google.com/calendar/event?eid=${Buffer.from(`${id} ${calendar.id}`).toString('base64url')}`;

const instanceView = (event: CalendarEvent, timeZone: string) =>
  event.recurringEventId !== null &&
  event.originalStart !== null && {
    recurringEventId: event.recurringEventId,
    originalStartTime: momentView(event.originalStart, timeZone),
  };

/** Whether only busy time may be seen of it. */
const isHidden = ({ visibility }: CalendarEvent, role: Role): boolean =>
  role === 'freeBusyReader' || (role === 'reader' && ['private', 'confidential'].includes(visibility));

export const eventView = (event: CalendarEvent, lens: Lens): Record<string, unknown> => {
  const { calendar, role, timeZone } = lens;
  const head = { kind: 'calendar#event', etag: etagOf(event), id: event.id, status: event.status };
  if (event.status === 'cancelled' && lens.bareWhenCancelled) {
    return { ...head, ...instanceView(event, timeZone) };
  }
  const times = {
    start: momentView(event.start, timeZone),
    end: momentView(event.end, timeZone),
    ...(event.recurrence && { recurrence: event.recurrence }),
    ...instanceView(event, timeZone),
  };
  const stamps = {
    htmlLink: linkOf(event, calendar),
    created: new Date(event.created).toISOString(),
    updated: new Date(event.updated).toISOString(),
  };
  if (isHidden(event, role)) {
    return { ...head, ...stamps, ...times, visibility: 'private', iCalUID: event.iCalUID, sequence: 0 };
  }
  return {
    ...head,
    ...stamps,
    ...(event.summary !== null && { summary: event.summary }),
    ...(event.description !== null && { description: event.description }),
    ...(event.location !== null && { location: event.location }),
    creator: personView(event.creator, calendar),
    organizer: personView(event.organizer, calendar),
    ...times,
    ...(event.visibility !== 'default' && { visibility: event.visibility }),
    iCalUID: event.iCalUID,
    sequence: event.sequence,
    ...attendeesView(event, lens),
    ...(event.meet !== null && { hangoutLink: event.meet }),
    ...(event.conferenceData !== null && { conferenceData: event.conferenceData }),
    reminders: { useDefault: true },
    eventType: 'default',
    ...event.more,
  };
};
