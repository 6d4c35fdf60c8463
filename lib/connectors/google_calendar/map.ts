import * as z from 'zod/mini';
import type { Account } from '../../model/integration.ts';
import type { ExternalItem } from '../../model/link.ts';
import { type CalendarEvent, cleanJoinUrl, titleOf, toAttendees, toMetadata, toPerson } from '../calendar.ts';
import { cleanOptional, cleanTime, safeUrl } from '../clean.ts';
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
  start: moment,
  end: moment,
  organizer: z.nullish(person),
  attendees: z.nullish(z.array(z.extend(person, { responseStatus: text, resource: z.nullish(z.boolean()) }))),
  conferenceData: z.nullish(
    z.object({ entryPoints: z.nullish(z.array(z.object({ entryPointType: text, uri: text }))) }),
  ),
});
export const EventPage = z.object({
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
export const CalendarEntry = z.object({ id: z.string(), summary: text });

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

/** Null where it has no time, as what is left of a deleted event may. */
const eventOf = (event: Event): CalendarEvent | null => {
  const { start, end, status } = event;
  const allDay = typeof start?.date === 'string';
  const from = allDay ? start.date : cleanTime(start?.dateTime);
  const to = allDay ? (end?.date ?? start.date) : cleanTime(end?.dateTime ?? start?.dateTime);
  if (!from || !to) return null;
  return {
    start: from,
    end: to,
    allDay,
    timeZone: cleanOptional(start?.timeZone, 60),
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
    joinUrl: cleanJoinUrl(videoOf(event)),
    status: status === 'cancelled' || status === 'tentative' ? status : 'confirmed',
    uid: cleanOptional(event.iCalUID, 512),
  };
};

export const toItem = (event: Event): ExternalItem | null => {
  const calendarEvent = eventOf(event);
  if (!calendarEvent) return null;
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
