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
import { cleanDate, cleanOptional, cleanTime, safeUrl } from '../clean.ts';
import { zoneNamed } from '../time-zones.ts';
import { manifest } from './manifest.ts';

/** What Google's Calendar API v3 sends, in the parts we read. */
const text = z.nullish(z.string());
const moment = z.nullish(z.object({ date: text, dateTime: text, timeZone: text }));
const person = z.object({ email: text, displayName: text });

export const Event = z.object({
  id: z.string(),
  summary: text,
  description: text,
  location: text,
  status: text,
  htmlLink: text,
  hangoutLink: text,
  iCalUID: text,
  created: text,
  updated: text,
  recurringEventId: text,
  originalStartTime: moment,
  start: moment,
  end: moment,
  organizer: z.nullish(person),
  attendees: z.nullish(z.array(z.extend(person, { responseStatus: text, resource: z.nullish(z.boolean()) }))),
  conferenceData: z.nullish(
    z.object({ entryPoints: z.nullish(z.array(z.object({ entryPointType: text, uri: text }))) }),
  ),
});
export const EventPage = z.object({
  kind: z.literal('calendar#events'),
  summary: text,
  nextPageToken: text,
  items: z._default(z.array(Event), []),
});
/** A page whose events are read one by one, so that a broken one does not hide the rest. */
export const LoosePage = z.object({
  nextPageToken: text,
  nextSyncToken: text,
  items: z._default(z.array(z.unknown()), []),
});
export const UserInfo = z.object({ sub: z.string(), email: text, name: text });

type Event = z.infer<typeof Event>;

export const toAccount = ({ sub, email, name }: z.infer<typeof UserInfo>): Account => ({
  id: sub,
  name: cleanOptional(name) ?? cleanOptional(email),
  email: cleanOptional(email),
  url: null,
});

export const calendarAccount = (id: string, name: string | null | undefined): Account => ({
  id,
  name: cleanOptional(name) ?? id,
  email: id.includes('@') ? id : null,
  url: null,
});

const responses: Record<string, 'accepted' | 'declined' | 'tentative'> = {
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'tentative',
};

const videoOf = ({ hangoutLink, conferenceData }: Event): string | null | undefined =>
  hangoutLink ?? conferenceData?.entryPoints?.find((entry) => entry.entryPointType === 'video')?.uri;

/** A date as it is, else a moment in UTC. */
const timeOf = (value: z.infer<typeof moment>): string | null =>
  value?.date == null ? cleanTime(value?.dateTime) : cleanDate(value.date);

/** Null where it has no time, as what is left of a deleted event may. */
const eventOf = (event: Event): CalendarEvent | null => {
  const { start, end, status } = event;
  const allDay = typeof start?.date === 'string';
  const from = timeOf(start);
  const to = timeOf(end) ?? from;
  if (!from || !to) return null;
  return {
    start: from,
    end: to,
    allDay,
    timeZone: allDay ? null : zoneNamed(start?.timeZone),
    location: cleanOptional(event.location, 300),
    organizer: event.organizer
      ? toPerson({ name: event.organizer.displayName, email: event.organizer.email })
      : null,
    attendees: toAttendees(
      (event.attendees ?? [])
        .filter(({ resource }) => resource !== true)
        .map(({ email, displayName, responseStatus }) => ({
          email,
          name: displayName,
          response: responses[responseStatus ?? ''] ?? 'none',
        })),
    ),
    recurringEventId: cleanOptional(event.recurringEventId, 512),
    originalStart: timeOf(event.originalStartTime),
    joinUrl: cleanJoinUrl(videoOf(event)),
    status: status === 'cancelled' || status === 'tentative' ? status : 'confirmed',
    uid: cleanOptional(event.iCalUID, 512),
  };
};

const isEventId = (id: string): boolean => manifest.entities.some(({ idPattern }) => idPattern.test(id));

/** Null where it has no time, or is out of range. */
export const toItem = (event: Event, range: DateRange | null = null): ExternalItem | null => {
  const calendarEvent = eventOf(event);
  if (!calendarEvent || !isInRange(calendarEvent, range) || !isEventId(event.id)) return null;
  return {
    id: event.id,
    type: 'event',
    title: titleOf(event.summary),
    description: cleanOptional(event.description, 500),
    url: safeUrl(event.htmlLink, manifest.linkHosts),
    email: null,
    metadata: toMetadata(calendarEvent),
  };
};
