import type { Calendar, CalendarEvent } from '../state.ts';
import { starts } from '../time/recurrence.ts';
import { day, instantOfMoment, type Moment, shift, wallOfDate } from '../time/zone.ts';

/** The instances of recurring events: `id` is that of the series and the start by its rule. */

/** How far a series without end is expanded where nobody says until when; Google's own bound is not told. */
const horizon = 2 * 366 * day;

/** `expandTo` bounds only what has no end. */
export type Window = { from: number; to: number; expandTo: number };

export const windowOf = (from: number | null, to: number | null, now: number): Window => ({
  from: from ?? Number.NEGATIVE_INFINITY,
  to: to ?? Number.POSITIVE_INFINITY,
  expandTo: to ?? now + horizon,
});

const lengthOf = ({ start, end }: CalendarEvent): number =>
  'date' in start && 'date' in end
    ? wallOfDate(end.date) - wallOfDate(start.date)
    : 'at' in start && 'at' in end
      ? end.at - start.at
      : 0;

const compact = (date: string): string => date.replaceAll('-', '');

export const instanceId = (series: string, start: Moment): string =>
  'date' in start
    ? `${series}_${compact(start.date)}`
    : `${series}_${new Date(start.at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** The instance of a series that starts by its rule at a moment. */
export const instanceAt = (series: CalendarEvent, start: Moment): CalendarEvent => ({
  ...series,
  id: instanceId(series.id, start),
  start,
  end: shift(start, lengthOf(series)),
  recurrence: null,
  recurringEventId: series.id,
  originalStart: start,
});

const isWithin = (event: CalendarEvent, { from, to }: Window, zone: string): boolean =>
  instantOfMoment(event.start, zone) < to && instantOfMoment(event.end, zone) > from;

/** What of a single event, an exception or a series lies in the window; `exceptions` are of that series. */
export const instancesOf = (
  event: CalendarEvent,
  exceptions: CalendarEvent[],
  window: Window,
  { timeZone }: Calendar,
): CalendarEvent[] => {
  if (event.recurrence === null) return isWithin(event, window, timeZone) ? [event] : [];
  const known = new Map(exceptions.map((exception) => [exception.id, exception]));
  const from = window.from - lengthOf(event) - day;
  const instances = starts(event.start, event.recurrence, from, window.expandTo + day).map((start) => {
    const instance = instanceAt(event, start);
    const exception = known.get(instance.id);
    known.delete(instance.id);
    return exception ?? instance;
  });
  // An exception may have been moved into the window, or lie where the rule no longer has a start.
  return [...instances, ...known.values()].filter((instance) => isWithin(instance, window, timeZone));
};

/** The start that an instance's id names, if the series has one there. */
export const startNamed = (series: CalendarEvent, id: string): Moment | null => {
  const text = id.slice(series.id.length + 1);
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(text);
  if (!match || series.recurrence === null) return null;
  const [, year, month, date, hour = '00', minute = '00', second = '00'] = match;
  const at = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  const found = starts(series.start, series.recurrence, at - 2 * day, at + 2 * day);
  return found.find((start) => instanceId(series.id, start) === id) ?? null;
};
