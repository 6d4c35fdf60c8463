import { badRequest, noSearch, unknownProperty } from './errors.ts';
import { type Filter, readFilter } from './filter.ts';

/** The OData options of collections of events. */

export type Json = Record<string, unknown>;

const properties = new Set(
  (
    'id createdDateTime lastModifiedDateTime changeKey categories transactionId originalStartTimeZone ' +
    'originalEndTimeZone iCalUId uid reminderMinutesBeforeStart isReminderOn hasAttachments subject bodyPreview ' +
    'importance sensitivity isAllDay isCancelled isOrganizer responseRequested seriesMasterId showAs type ' +
    'webLink onlineMeetingUrl isOnlineMeeting onlineMeetingProvider allowNewTimeProposals occurrenceId isDraft ' +
    'hideAttendees responseStatus body start end location locations recurrence attendees organizer ' +
    'onlineMeeting originalStart'
  ).split(' '),
);

/** These are shown without `$select` only. */
const unselectable = new Set(['createdDateTime', 'lastModifiedDateTime']);

/** The names of options may be written with or without `$`, in any case. */
export const option = (query: URLSearchParams, name: string): string | null => {
  for (const [key, value] of query) {
    if (key.toLowerCase() === `$${name}` || key.toLowerCase() === name) return value;
  }
  return null;
};

export const count = (query: URLSearchParams, name: string, usual: number): number => {
  const text = option(query, name);
  if (text === null) return usual;
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `Invalid value '${text}' for $${name} query option found. The $${name} query option requires a ` +
        'non-negative integer value.',
    );
  }
  return Number(text);
};

export const readSelect = (query: URLSearchParams): string[] | null => {
  const text = option(query, 'select');
  if (text === null || text.trim() === '') return null;
  const names = text.split(',').map((name) => name.trim().split('/')[0] ?? '');
  const wrong = names.find((name) => !properties.has(name));
  if (wrong !== undefined) throw unknownProperty(wrong);
  return names;
};

export const project = (event: Json, selected: string[] | null): Json => {
  if (!selected) return event;
  const shown = ['@odata.etag', 'id', ...selected.filter((name) => !unselectable.has(name))];
  return Object.fromEntries(Object.entries(event).filter(([name]) => shown.includes(name)));
};

export type Order = { path: string[]; descending: boolean }[];

const sortable = ['start/dateTime', 'end/dateTime', 'subject', 'createdDateTime', 'lastModifiedDateTime'];

const readOrder = (query: URLSearchParams): Order =>
  (option(query, 'orderby') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [path = '', direction = 'asc', ...more] = part.split(/\s+/);
      const known = sortable.find((one) => one.toLowerCase() === path.toLowerCase());
      if (!known || !/^(asc|desc)$/i.test(direction) || more.length > 0) {
        throw badRequest(`Invalid orderby: ${part}`);
      }
      return { path: known.split('/'), descending: direction.toLowerCase() === 'desc' };
    });

export const valueAt = (event: Json, path: string[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined),
    event,
  );

const textAt = (event: Json, path: string[]): string => {
  const value = valueAt(event, path);
  return typeof value === 'string' ? value.toLowerCase() : '';
};

const byOrder =
  (order: Order) =>
  (one: Json, other: Json): number => {
    for (const { path, descending } of order) {
      const [left, right] = [textAt(one, path), textAt(other, path)];
      if (left !== right) return (left < right ? -1 : 1) * (descending ? -1 : 1);
    }
    return 0;
  };

export type Options = {
  top: number;
  skip: number;
  select: string[] | null;
  order: Order;
  filter: Filter | null;
  count: boolean;
};

const most = 1000;

export const readOptions = (query: URLSearchParams, pageSize: number | null): Options => {
  if (option(query, 'search') !== null) throw noSearch();
  if (option(query, 'expand') !== null) throw badRequest('Expanding is not part of this stand-in.');
  const top = count(query, 'top', pageSize ?? 10);
  if (top < 1 || top > most) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${most} inclusive.`);
  }
  const filter = option(query, 'filter');
  return {
    top,
    skip: count(query, 'skip', 0),
    select: readSelect(query),
    order: readOrder(query),
    filter: filter === null ? null : readFilter(filter),
    count: option(query, 'count')?.toLowerCase() === 'true',
  };
};

/**
 * Filters, orders and cuts; the rest is found by the link to the next page. `plain` is an event as it is
 * compared, in UTC; `shown` as it is sent.
 */
export const pageOf = <E>(
  all: E[],
  options: Options,
  views: { plain: (event: E) => Json; shown: (event: E) => Json; next: (skip: number) => string },
) => {
  const { top, skip, select, order, filter } = options;
  const rows = all.map((event) => ({ event, plain: views.plain(event) }));
  const found = filter ? rows.filter(({ plain }) => filter(plain)) : rows;
  if (order.length > 0) found.sort((one, other) => byOrder(order)(one.plain, other.plain));
  const end = skip + top;
  return {
    ...(options.count && { '@odata.count': found.length }),
    value: found.slice(skip, end).map(({ event }) => project(views.shown(event), select)),
    ...(end < found.length && { '@odata.nextLink': views.next(end) }),
  };
};
