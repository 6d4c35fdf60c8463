import { standinNow } from '../../standin.ts';
import type { Calendar, CalendarEvent, Role } from '../state.ts';
import { eventsOf } from '../state.ts';
import { rfc3339 } from '../time/zone.ts';
import { calendarOf } from './access.ts';
import { insufficientScopes, notFound } from './errors.ts';
import { instancesOf, windowOf } from './expand.ts';
import { eventNamed, exceptionsOf } from './find.ts';
import type { Exchange, Operation } from './gateway.ts';
import { attendeesParameter, isRestricted, type ListQuery, readQuery, zoneParameter } from './query.ts';
import { ownedScopes, scopesOf } from './scopes.ts';
import { select } from './select.ts';
import { type Page, pageToken, readPageToken, readSyncToken, syncToken } from './tokens.ts';
import { etagOf, eventView, type Lens } from './view.ts';

/** Reading events: `list`, `get` and `instances`. */

export const eventCalendar = ({ state, request, caller }: Exchange, name: string) => {
  const found = calendarOf(state, caller, request.params['calendarId'] ?? '');
  const narrow = caller.scopes.every(
    (scope) => ownedScopes.includes(scope) || !scope.includes('/auth/calendar'),
  );
  if (narrow && found.role !== 'owner') {
    throw insufficientScopes(`calendar.v3.${name}`, [...scopesOf.eventsRead]);
  }
  return found;
};

export const lensOf = (
  { request }: Pick<Exchange, 'request'>,
  calendar: Calendar,
  role: Role,
  bareWhenCancelled = false,
): Lens => ({
  calendar,
  role,
  timeZone: zoneParameter(request.query) ?? calendar.timeZone,
  maxAttendees: attendeesParameter(request.query),
  bareWhenCancelled,
});

const startPage = (exchange: Exchange, calendar: Calendar, query: ListQuery): Page => {
  const { path, query: given } = exchange.request;
  if (query.pageToken !== null) return readPageToken(query.pageToken, path, given);
  return {
    offset: 0,
    changes: exchange.state.changes,
    now: standinNow(),
    since: query.syncToken === null ? null : readSyncToken(query.syncToken, calendar),
  };
};

const answerPage = (
  exchange: Exchange,
  { calendar, role }: { calendar: Calendar; role: Role },
  { query, page, found }: { query: ListQuery; page: Page; found: CalendarEvent[] },
) => {
  const { path, query: given } = exchange.request;
  const end = page.offset + query.maxResults;
  const lens = lensOf(exchange, calendar, role, page.since !== null && !query.showDeleted);
  const updated = Math.max(0, ...eventsOf(exchange.state, calendar).map((event) => event.updated));
  const tag = `"p${page.changes.toString(36)}${page.offset.toString(36)}"`;
  return {
    headers: { etag: tag },
    body: {
      kind: 'calendar#events',
      etag: tag,
      summary: calendar.summary,
      description: calendar.description ?? '',
      updated: rfc3339(updated, 'UTC').replace('Z', '.000Z'),
      timeZone: lens.timeZone,
      accessRole: role,
      defaultReminders: [{ method: 'popup', minutes: 10 }],
      ...(end < found.length
        ? { nextPageToken: pageToken({ ...page, offset: end }, path, given) }
        : !isRestricted(given) && { nextSyncToken: syncToken(calendar, page.changes) }),
      items: found.slice(page.offset, end).map((event) => eventView(event, lens)),
    },
  };
};

const list = (exchange: Exchange) => {
  const found = eventCalendar(exchange, 'Events.List');
  const query = readQuery(exchange.request.query);
  const page = startPage(exchange, found.calendar, query);
  return answerPage(exchange, found, {
    query,
    page,
    found: select(exchange.state, found.calendar, query, page),
  });
};

const get = (exchange: Exchange) => {
  const { calendar, role } = eventCalendar(exchange, 'Events.Get');
  const event = eventNamed(exchange.state, calendar, exchange.request.params['eventId'] ?? '');
  const etag = etagOf(event);
  if (exchange.request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { headers: { etag }, body: eventView(event, lensOf(exchange, calendar, role)) };
};

const instances = (exchange: Exchange) => {
  const found = eventCalendar(exchange, 'Events.Instances');
  const { state, request } = exchange;
  const query = readQuery(request.query);
  const page = startPage(exchange, found.calendar, query);
  const series = eventNamed(state, found.calendar, request.params['eventId'] ?? '');
  if (!series.recurrence) throw notFound();
  const window = windowOf(query.timeMin, query.timeMax, page.now);
  const shown = instancesOf(series, exceptionsOf(state, series), window, found.calendar).filter(
    ({ status, originalStart }) =>
      (status !== 'cancelled' || query.showDeleted) &&
      (query.originalStart === null ||
        (originalStart !== null &&
          ('date' in originalStart
            ? originalStart.date === query.originalStart
            : originalStart.at === Date.parse(query.originalStart)))),
  );
  return answerPage(exchange, found, { query, page, found: shown });
};

const path = 'calendars/{calendarId}/events';

export const readOperations: Operation[] = [
  { method: 'GET', path, name: 'Events.List', scopes: scopesOf.eventsRead, handle: list },
  {
    method: 'GET',
    path: `${path}/{eventId}`,
    name: 'Events.Get',
    scopes: scopesOf.eventsRead,
    handle: get,
  },
  {
    method: 'GET',
    path: `${path}/{eventId}/instances`,
    name: 'Events.Instances',
    scopes: scopesOf.eventsRead,
    handle: instances,
  },
];
