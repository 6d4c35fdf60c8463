import * as z from 'zod/mini';
import type { DateRange } from '../../model/activity.ts';
import type { Account } from '../../model/integration.ts';
import type { ExternalItem } from '../../model/link.ts';
import {
  type CalendarEvent,
  cleanJoinUrl,
  isInRange,
  titleOf,
  toAttendees,
  toMetadata,
  toPerson,
} from '../calendar.ts';
import { cleanOptional, cleanTime, safeUrl } from '../clean.ts';
import { zoneNamed } from '../time-zones.ts';
import { manifest } from './manifest.ts';

/** What Microsoft Graph sends of a calendar, in the parts we read and ask for. */
const text = z.nullish(z.string());
const moment = z.nullish(z.object({ dateTime: text, timeZone: text }));
const address = z.nullish(z.object({ name: text, address: text }));

export const Event = z.object({
  id: z.string(),
  subject: text,
  bodyPreview: text,
  isAllDay: z.nullish(z.boolean()),
  isCancelled: z.nullish(z.boolean()),
  showAs: text,
  start: moment,
  end: moment,
  originalStartTimeZone: text,
  location: z.nullish(z.object({ displayName: text })),
  organizer: z.nullish(z.object({ emailAddress: address })),
  attendees: z.nullish(
    z.array(z.object({ type: text, emailAddress: address, status: z.nullish(z.object({ response: text })) })),
  ),
  seriesMasterId: text,
  onlineMeeting: z.nullish(z.object({ joinUrl: text })),
  onlineMeetingUrl: text,
  webLink: text,
  iCalUId: text,
  createdDateTime: text,
  lastModifiedDateTime: text,
});
export const EventPage = z.object({ value: z.array(Event), '@odata.nextLink': text });
/** A change of a calendar view; of an occurrence Graph may tell no more than when it is. */
export const Change = z.extend(Event, {
  type: text,
  '@removed': z.nullish(z.object({ reason: text })),
});
export const ChangesPage = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': text,
  '@odata.deltaLink': text,
});
export const User = z.object({ id: z.string(), displayName: text, mail: text, userPrincipalName: text });

export const fields = Object.keys(Event.shape).join(',');

type Event = z.infer<typeof Event>;

export const toAccount = ({ id, displayName, mail, userPrincipalName }: z.infer<typeof User>): Account => ({
  id,
  name: cleanOptional(displayName),
  // Some users have no mail address of their own.
  email: cleanOptional(mail ?? userPrincipalName),
  url: null,
});

/** Times come without an offset, in the zone that was asked for: UTC. */
const timeOf = (value: z.infer<typeof moment>): string | null => {
  const given = value?.dateTime;
  return given ? cleanTime(/[zZ]|[+-]\d\d:\d\d$/.test(given) ? given : `${given.slice(0, 23)}Z`) : null;
};

const responses: Record<string, 'accepted' | 'declined' | 'tentative'> = {
  accepted: 'accepted',
  organizer: 'accepted',
  declined: 'declined',
  tentativelyAccepted: 'tentative',
};

const statusOf = ({ isCancelled, showAs }: Event): CalendarEvent['status'] => {
  if (isCancelled) return 'cancelled';
  return showAs === 'tentative' ? 'tentative' : 'confirmed';
};

const eventOf = (event: Event): CalendarEvent | null => {
  const allDay = event.isAllDay === true;
  const start = timeOf(event.start);
  const end = timeOf(event.end) ?? start;
  if (!start || !end) return null;
  const organizer = event.organizer?.emailAddress;
  return {
    start: allDay ? start.slice(0, 10) : start,
    end: allDay ? end.slice(0, 10) : end,
    allDay,
    timeZone: allDay ? null : zoneNamed(event.originalStartTimeZone),
    location: cleanOptional(event.location?.displayName, 300),
    organizer: organizer ? toPerson({ name: organizer.name, email: organizer.address }) : null,
    attendees: toAttendees(
      (event.attendees ?? [])
        .filter(({ type }) => type !== 'resource')
        .map(({ emailAddress, status }) => ({
          email: emailAddress?.address,
          name: emailAddress?.name,
          response: responses[status?.response ?? ''] ?? 'none',
        })),
    ),
    recurringEventId: cleanOptional(event.seriesMasterId, 512),
    // Each occurrence has an `iCalUId` of its own, wherever it is moved.
    originalStart: null,
    joinUrl: cleanJoinUrl(event.onlineMeeting?.joinUrl ?? event.onlineMeetingUrl),
    status: statusOf(event),
    uid: cleanOptional(event.iCalUId, 512),
  };
};

/** Others would leave their place in an address. */
export const isEventId = (id: string): boolean =>
  manifest.entities.some(({ idPattern }) => idPattern.test(id));

/** Null where it has no time, or is out of range. */
export const toItem = (event: Event, range: DateRange | null = null): ExternalItem | null => {
  const calendarEvent = eventOf(event);
  if (!calendarEvent || !isInRange(calendarEvent, range) || !isEventId(event.id)) return null;
  return {
    id: event.id,
    type: 'event',
    title: titleOf(event.subject),
    description: cleanOptional(event.bodyPreview, 500),
    url: safeUrl(event.webLink, manifest.linkHosts),
    email: null,
    metadata: toMetadata(calendarEvent),
  };
};

const searched = (event: Event): string =>
  [
    event.subject,
    event.bodyPreview,
    event.location?.displayName,
    event.organizer?.emailAddress?.name,
    ...(event.attendees ?? []).flatMap(({ emailAddress }) => [emailAddress?.name, emailAddress?.address]),
  ]
    .join('\n')
    .toLowerCase();

/** Whether every word of the query stands in what is seen of the event: a calendar view cannot be searched at Graph. */
export const matches = (event: Event, query: string): boolean => {
  const text = searched(event);
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};
