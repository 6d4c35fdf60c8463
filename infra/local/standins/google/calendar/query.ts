import { standinNow } from '../../standin.ts';
import { day, isZone } from '../time/zone.ts';
import {
  badRequest,
  emptyRange,
  invalid,
  orderNeedsSingleEvents,
  syncRestricted,
  updatedMinTooLongAgo,
} from './errors.ts';

/** The parameters of `events.list` and `events.instances`. */

export type ListQuery = {
  q: string | null;
  iCalUID: string | null;
  timeMin: number | null;
  timeMax: number | null;
  updatedMin: number | null;
  singleEvents: boolean;
  showDeleted: boolean;
  orderBy: 'startTime' | 'updated' | null;
  originalStart: string | null;
  maxResults: number;
  maxAttendees: number | null;
  timeZone: string | null;
  pageToken: string | null;
  syncToken: string | null;
};

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** How long changes are remembered for `updatedMin`; the documentation only says "too far in the past". */
const memory = 30 * day;

const moment = (query: URLSearchParams, name: string): number | null => {
  const text = query.get(name);
  if (text === null || text === '') return null;
  // A plus sign that was not encoded arrives as a blank, and is refused like any other mistake.
  if (!timestamp.test(text) || Number.isNaN(Date.parse(text))) throw badRequest();
  return Date.parse(text);
};

const flag = (query: URLSearchParams, name: string): boolean => {
  const text = query.get(name);
  if (text !== null && !['true', 'false', ''].includes(text)) throw invalid(`Invalid value '${text}'.`, name);
  return text === 'true';
};

export const count = (query: URLSearchParams, name: string, usual: number, most: number): number => {
  const text = query.get(name);
  if (text === null || text === '') return usual;
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw invalid(`Invalid value '${text}'. Values must be within the range: [1, ${most}]`, name);
  }
  return Math.min(Number(text), most);
};

export const zoneParameter = (query: URLSearchParams): string | null => {
  const zone = query.get('timeZone');
  if (zone === null || zone === '') return null;
  if (!isZone(zone)) throw invalid('Invalid value for: Invalid time zone', 'timeZone');
  return zone;
};

export const attendeesParameter = (query: URLSearchParams): number | null =>
  query.get('maxAttendees') === null ? null : count(query, 'maxAttendees', 1, Number.MAX_SAFE_INTEGER);

const beside = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

export const isRestricted = (query: URLSearchParams): boolean =>
  beside.some((name) => name !== 'timeMin' && name !== 'timeMax' && query.has(name));

const orderOf = (query: URLSearchParams): ListQuery['orderBy'] => {
  const order = query.get('orderBy');
  if (order === null || order === '') return null;
  if (order !== 'startTime' && order !== 'updated') throw invalid(`Invalid value '${order}'.`, 'orderBy');
  if (order === 'startTime' && query.get('singleEvents') !== 'true') throw orderNeedsSingleEvents();
  return order;
};

export const readQuery = (query: URLSearchParams): ListQuery => {
  const syncToken = query.get('syncToken');
  if (syncToken !== null) {
    const wrong = beside.find((name) => query.has(name));
    if (wrong !== undefined) throw syncRestricted(wrong);
    if (query.get('showDeleted') === 'false') throw syncRestricted('showDeleted');
  }
  const read: ListQuery = {
    q: query.get('q') || null,
    iCalUID: query.get('iCalUID'),
    timeMin: moment(query, 'timeMin'),
    timeMax: moment(query, 'timeMax'),
    updatedMin: moment(query, 'updatedMin'),
    singleEvents: flag(query, 'singleEvents'),
    showDeleted: flag(query, 'showDeleted'),
    orderBy: orderOf(query),
    originalStart: query.get('originalStart'),
    maxResults: count(query, 'maxResults', 250, 2500),
    maxAttendees: attendeesParameter(query),
    timeZone: zoneParameter(query),
    pageToken: query.get('pageToken'),
    syncToken,
  };
  if (read.timeMin !== null && read.timeMax !== null && read.timeMin >= read.timeMax) throw emptyRange();
  if (read.updatedMin !== null && read.updatedMin < standinNow() - memory) throw updatedMinTooLongAgo();
  return read;
};
