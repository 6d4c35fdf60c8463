import { hashOf } from '../../standin.ts';
import { type Calendar, calendarNamed, type Role, roles } from '../state.ts';
import { atLeast, type Caller, calendarOf, roleOn } from './access.ts';
import { fullSyncRequired, invalid, notFound } from './errors.ts';
import type { Exchange, Operation } from './gateway.ts';
import { count } from './query.ts';
import { scopesOf } from './scopes.ts';
import { pageToken, readPageToken } from './tokens.ts';

/** `calendarList` and `calendars`. */

const properties = { allowedConferenceSolutionTypes: ['hangoutsMeet'] };

const calendarView = (calendar: Calendar) => {
  const { id, summary, description, timeZone } = calendar;
  return {
    kind: 'calendar#calendar',
    etag: `"${hashOf(JSON.stringify([id, summary, description, timeZone])).slice(0, 27)}"`,
    id,
    summary,
    ...(description !== null && { description }),
    timeZone,
    ...(!calendar.primary && { dataOwner: calendar.owner }),
    conferenceProperties: properties,
  };
};

const entryView = (calendar: Calendar, caller: Caller) => {
  const accessRole = roleOn(calendar, caller);
  const primary = calendar.primary && calendar.owner === caller.email;
  return {
    ...calendarView(calendar),
    kind: 'calendar#calendarListEntry',
    etag: `"${hashOf(JSON.stringify([calendar.id, calendar.summary, accessRole])).slice(0, 16)}"`,
    colorId: primary ? '14' : '7',
    backgroundColor: primary ? '#9fe1e7' : '#42d692',
    foregroundColor: '#000000',
    selected: true,
    accessRole,
    defaultReminders: primary ? [{ method: 'popup', minutes: 10 }] : [],
    ...(primary && {
      notificationSettings: {
        notifications: ['eventCreation', 'eventChange', 'eventCancellation', 'eventResponse'].map((type) => ({
          type,
          method: 'email',
        })),
      },
      primary: true,
    }),
  };
};

/** Its own calendars first, as they are for somebody who never sorted them. */
const listOf = ({ state, caller }: Exchange): Calendar[] =>
  state.calendars
    .filter((calendar) => calendar.listedBy.includes(caller.email) && roleOn(calendar, caller) !== 'none')
    .sort((one, other) => Number(other.owner === caller.email) - Number(one.owner === caller.email));

const leastRole = (query: URLSearchParams): Role => {
  const text = query.get('minAccessRole') || 'none';
  const role = roles.find((candidate) => candidate === text);
  if (!role) throw invalid(`Invalid value '${text}'.`, 'minAccessRole');
  return role;
};

const list = (exchange: Exchange) => {
  const { query, path } = exchange.request;
  // Changes of the list itself are not kept, so its sync tokens have always just expired.
  if (query.has('syncToken')) throw fullSyncRequired();
  const least = leastRole(query);
  const token = query.get('pageToken');
  const page = token
    ? readPageToken(token, path, query)
    : { offset: 0, changes: exchange.state.changes, now: 0, since: null };
  const entries = listOf(exchange).filter((calendar) => atLeast(roleOn(calendar, exchange.caller), least));
  const end = page.offset + count(query, 'maxResults', 100, 250);
  return {
    body: {
      kind: 'calendar#calendarList',
      etag: `"p${page.changes.toString(36)}l"`,
      ...(end < entries.length
        ? { nextPageToken: pageToken({ ...page, offset: end }, path, query) }
        : { nextSyncToken: Buffer.from(`list ${page.changes}`).toString('base64url') }),
      items: entries.slice(page.offset, end).map((calendar) => entryView(calendar, exchange.caller)),
    },
  };
};

const listed = (exchange: Exchange): Calendar => {
  const id = exchange.request.params['calendarId'] ?? '';
  const wanted = calendarNamed(exchange.state, id === 'primary' ? exchange.caller.email : id);
  const found = listOf(exchange).find((calendar) => calendar === wanted);
  if (!found) throw notFound();
  return found;
};

/** How a service account puts a calendar that was shared with it on its list, which is empty until then. */
const insert = ({ state, request, caller }: Exchange) => {
  const { id } = JSON.parse(request.body.toString() || '{}') as { id?: string };
  if (id === undefined) throw invalid('Missing calendar id.', 'id');
  const { calendar } = calendarOf(state, caller, id);
  if (!calendar.listedBy.includes(caller.email)) calendar.listedBy.push(caller.email);
  return { body: entryView(calendar, caller) };
};

export const calendarOperations: Operation[] = [
  {
    method: 'GET',
    path: 'users/me/calendarList',
    name: 'CalendarList.List',
    scopes: scopesOf.listRead,
    handle: list,
  },
  {
    method: 'GET',
    path: 'users/me/calendarList/{calendarId}',
    name: 'CalendarList.Get',
    scopes: scopesOf.listRead,
    handle: (exchange) => ({ body: entryView(listed(exchange), exchange.caller) }),
  },
  {
    method: 'POST',
    path: 'users/me/calendarList',
    name: 'CalendarList.Insert',
    scopes: scopesOf.listWrite,
    handle: insert,
  },
  {
    method: 'GET',
    path: 'calendars/{calendarId}',
    name: 'Calendars.Get',
    scopes: scopesOf.calendarRead,
    handle: ({ state, request, caller }) => ({
      body: calendarView(calendarOf(state, caller, request.params['calendarId'] ?? '').calendar),
    }),
  },
];
