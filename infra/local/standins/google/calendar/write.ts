import { standinNow } from '../../standin.ts';
import { type Calendar, type CalendarEvent, type GoogleState, sameAddress, touch } from '../state.ts';
import { rfc3339 } from '../time/zone.ts';
import { atLeast } from './access.ts';
import { isOrganizersCopy, respond, spread } from './copies.ts';
import {
  alreadyDeleted,
  conditionNotMet,
  duplicate,
  invalid,
  needsWriter,
  noAttendeesForServiceAccounts,
  onlyOrganizer,
} from './errors.ts';
import { instancesOf, windowOf } from './expand.ts';
import { eventNamed, exceptionsOf, keptEvent, storedEvent } from './find.ts';
import type { Exchange, Operation } from './gateway.ts';
import { readEvent, readJson, type Sent } from './input.ts';
import { addEvent, endEvent } from './make.ts';
import { eventCalendar, lensOf } from './read.ts';
import { scopesOf } from './scopes.ts';
import { etagOf, eventView } from './view.ts';

/** Writing events: `insert`, `patch`, `update` and `delete`. */

const writable = (exchange: Exchange, name: string): Calendar => {
  const { calendar, role } = eventCalendar(exchange, name);
  if (!atLeast(role, 'writer')) throw needsWriter();
  return calendar;
};

const answer = (exchange: Exchange, calendar: Calendar, event: CalendarEvent) => ({
  headers: { etag: etagOf(event) },
  body: eventView(event, lensOf(exchange, calendar, 'owner')),
});

const conferences = ({ request }: Exchange): boolean => request.query.get('conferenceDataVersion') === '1';

const checkInvitations = ({ caller }: Exchange, attendees: unknown[]): void => {
  if (attendees.length > 0 && !caller.user) throw noAttendeesForServiceAccounts();
};

const insert = (exchange: Exchange) => {
  const calendar = writable(exchange, 'Events.Insert');
  const { state, request, caller } = exchange;
  const sent = readJson(request.body);
  const parts = readEvent(sent, calendar.timeZone, conferences(exchange));
  checkInvitations(exchange, parts.attendees);
  const { id } = sent;
  if (id !== undefined) {
    if (typeof id !== 'string' || !/^[a-v0-9]{5,1024}$/.test(id)) throw invalid('Invalid resource id value.');
    if (storedEvent(state, calendar, id)) throw duplicate();
  }
  const event = addEvent(state, calendar, parts, {
    creator: caller.email,
    ...(typeof id === 'string' && { id }),
    ...(typeof sent['iCalUID'] === 'string' && { iCalUID: sent['iCalUID'] }),
  });
  return answer(exchange, calendar, event);
};

const checkTag = ({ request }: Exchange, event: CalendarEvent): void => {
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && wanted !== etagOf(event)) throw conditionNotMet();
};

/** The event in the words of a request, for what a patch leaves as it is. */
export const asSent = (event: CalendarEvent): Sent => {
  const time = (moment: CalendarEvent['start']): Sent =>
    'date' in moment ? moment : { dateTime: rfc3339(moment.at, moment.zone), timeZone: moment.zone };
  const { attendees, recurrence, more } = event;
  const { status, summary, description, location, visibility } = event;
  return {
    ...{ status, summary, description, location, visibility, recurrence, attendees },
    ...more,
    start: time(event.start),
    end: time(event.end),
  };
};

/** What somebody invited may change: the answer, and what is only theirs. */
const changeAsGuest = (state: GoogleState, event: CalendarEvent, sent: Sent, zone: string): void => {
  const personal = ['attendees', 'reminders', 'colorId', 'transparency', 'visibility', 'extendedProperties'];
  if (Object.keys(sent).some((name) => !personal.includes(name))) throw onlyOrganizer();
  const parts = readEvent({ ...asSent(event), ...sent }, zone, false);
  Object.assign(event, { visibility: parts.visibility, more: parts.more });
  touch(state, event);
  const mine = parts.attendees.find(({ email }) => sameAddress(email, event.calendarId));
  if (mine) respond(state, event, { responseStatus: mine.responseStatus, comment: mine.comment });
};

/** Instances that the series no longer has are told as deleted to those who sync. */
const dropInstances = (
  state: GoogleState,
  calendar: Calendar,
  series: CalendarEvent,
  before: CalendarEvent[],
): void => {
  const window = windowOf(null, null, standinNow());
  const left = new Set(instancesOf(series, [], window, calendar).map(({ id }) => id));
  for (const instance of before.filter(({ id }) => !left.has(id))) {
    const stored = storedEvent(state, calendar, instance.id);
    if (!stored) state.events.push(instance);
    endEvent(state, stored ?? instance);
  }
};

/** Times are merged member by member, but a day and a time of day exclude each other. */
export const merged = (event: CalendarEvent, sent: Sent): Sent => {
  const old = asSent(event);
  const time = (name: 'start' | 'end'): unknown => {
    const given = sent[name];
    if (typeof given !== 'object' || given === null) return old[name];
    const kept = 'dateTime' in given && given.dateTime !== null ? { date: undefined } : {};
    return { ...(old[name] as Sent), ...kept, ...given };
  };
  return { ...old, ...sent, start: time('start'), end: time('end') };
};

const change = (exchange: Exchange, calendar: Calendar, event: CalendarEvent, sent: Sent): void => {
  const { state } = exchange;
  const guest = !isOrganizersCopy(event) && event.more['guestsCanModify'] !== true;
  if (guest) {
    changeAsGuest(state, event, sent, calendar.timeZone);
    return;
  }
  const known = { conferenceData: event.conferenceData, meet: event.meet };
  const parts = readEvent(sent, calendar.timeZone, conferences(exchange));
  checkInvitations(exchange, parts.attendees);
  const window = windowOf(null, null, standinNow());
  const before = event.recurrence ? instancesOf(event, exceptionsOf(state, event), window, calendar) : [];
  const moved = JSON.stringify([event.start, event.end]) !== JSON.stringify([parts.start, parts.end]);
  Object.assign(event, parts, conferences(exchange) && 'conferenceData' in sent ? {} : known);
  if (moved) event.sequence += 1;
  touch(state, event);
  if (event.recurrence) dropInstances(state, calendar, event, before);
  spread(state, event);
};

const target = (exchange: Exchange, name: string) => {
  const calendar = writable(exchange, name);
  const id = exchange.request.params['eventId'] ?? '';
  checkTag(exchange, eventNamed(exchange.state, calendar, id));
  return { calendar, event: keptEvent(exchange.state, calendar, id) };
};

const patch = (exchange: Exchange) => {
  const { calendar, event } = target(exchange, 'Events.Patch');
  const sent = readJson(exchange.request.body);
  const isGuests = !isOrganizersCopy(event) && event.more['guestsCanModify'] !== true;
  change(exchange, calendar, event, isGuests ? sent : merged(event, sent));
  return answer(exchange, calendar, event);
};

const update = (exchange: Exchange) => {
  const { calendar, event } = target(exchange, 'Events.Update');
  change(exchange, calendar, event, readJson(exchange.request.body));
  return answer(exchange, calendar, event);
};

const remove = (exchange: Exchange) => {
  const { event } = target(exchange, 'Events.Delete');
  const { state } = exchange;
  if (event.status === 'cancelled') throw alreadyDeleted();
  if (!isOrganizersCopy(event)) respond(state, event, { responseStatus: 'declined', comment: null });
  endEvent(state, event);
  return { status: 204 };
};

const path = 'calendars/{calendarId}/events';
const scopes = scopesOf.eventsWrite;

export const writeOperations: Operation[] = [
  { method: 'POST', path, name: 'Events.Insert', scopes, handle: insert },
  { method: 'PATCH', path: `${path}/{eventId}`, name: 'Events.Patch', scopes, handle: patch },
  { method: 'PUT', path: `${path}/{eventId}`, name: 'Events.Update', scopes, handle: update },
  { method: 'DELETE', path: `${path}/{eventId}`, name: 'Events.Delete', scopes, handle: remove },
];
