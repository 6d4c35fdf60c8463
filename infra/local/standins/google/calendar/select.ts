import { type Calendar, type CalendarEvent, eventsOf, type GoogleState } from '../state.ts';
import { instantOfMoment } from '../time/zone.ts';
import { instancesOf, type Window, windowOf } from './expand.ts';
import type { ListQuery } from './query.ts';
import { matches } from './search.ts';

/** Which events a list holds, in which order. */

type Series = { event: CalendarEvent; exceptions: CalendarEvent[] };

/** Series with their exceptions; an exception to which alone somebody was invited stands by itself. */
export const grouped = (events: CalendarEvent[]): Series[] => {
  const series = new Map(
    events
      .filter((event) => event.recurrence)
      .map((event) => [event.id, { event, exceptions: [] } as Series]),
  );
  const alone: Series[] = [];
  for (const event of events) {
    if (event.recurrence) continue;
    const parent = series.get(event.recurringEventId ?? '');
    if (parent) parent.exceptions.push(event);
    else alone.push({ event, exceptions: [] });
  }
  return [...alone, ...series.values()];
};

/** With `singleEvents`: instances in place of series. Of a deleted series they come as deleted. */
const expanded = (list: Series[], window: Window, calendar: Calendar, query: ListQuery): CalendarEvent[] =>
  list
    .flatMap(({ event, exceptions }) => instancesOf(event, exceptions, window, calendar))
    .filter(({ status }) => status !== 'cancelled' || query.showDeleted || query.updatedMin !== null);

/** Without: series as they are, and of a living one its exceptions, even the cancelled ones. */
const whole = (list: Series[], window: Window, calendar: Calendar, query: ListQuery): CalendarEvent[] =>
  list
    .filter((series) => instancesOf(series.event, series.exceptions, window, calendar).length > 0)
    .flatMap(({ event, exceptions }) => {
      const deleted = query.showDeleted || query.updatedMin !== null;
      if (event.status === 'cancelled' && event.recurringEventId === null) {
        return deleted ? [event, ...exceptions] : [];
      }
      const inside = exceptions.filter((one) => instancesOf(one, [], window, calendar).length > 0);
      return [event, ...inside];
    });

/** What changed since, deleted events always among it, and of a changed series every instance. */
const changedSince = (list: Series[], since: number, window: Window, calendar: Calendar, single: boolean) =>
  list.flatMap(({ event, exceptions }) => {
    const changed = exceptions.filter((exception) => exception.changed > since);
    if (event.changed <= since) return changed;
    if (!single || !event.recurrence) return [event, ...changed];
    return instancesOf(event, exceptions, window, calendar);
  });

const byStart =
  ({ timeZone }: Calendar) =>
  (one: CalendarEvent, other: CalendarEvent): number =>
    instantOfMoment(one.start, timeZone) - instantOfMoment(other.start, timeZone) ||
    (one.id < other.id ? -1 : 1);

export const select = (
  state: GoogleState,
  calendar: Calendar,
  query: ListQuery,
  { since, now }: { since: number | null; now: number },
): CalendarEvent[] => {
  const list = grouped(eventsOf(state, calendar));
  const window = windowOf(query.timeMin, query.timeMax, now);
  if (since !== null) return changedSince(list, since, window, calendar, query.singleEvents);
  const { q, iCalUID, updatedMin, orderBy } = query;
  const found = (query.singleEvents ? expanded : whole)(list, window, calendar, query).filter(
    (event) =>
      (q === null || matches(event, q)) &&
      (iCalUID === null || event.iCalUID === iCalUID) &&
      (updatedMin === null || event.updated >= updatedMin),
  );
  if (orderBy === 'startTime') return found.sort(byStart(calendar));
  if (orderBy === 'updated') return found.sort((one, other) => one.updated - other.updated);
  return found;
};
