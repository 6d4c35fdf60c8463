import type { Calendar, CalendarEvent, GoogleState } from '../state.ts';
import { notFound } from './errors.ts';
import { instanceAt, startNamed } from './expand.ts';

/** An event by its id, which may be that of an instance nobody has changed yet. */

export const storedEvent = (state: GoogleState, calendar: Calendar, id: string): CalendarEvent | null =>
  state.events.find((event) => event.calendarId === calendar.id && event.id === id) ?? null;

export const seriesOf = (state: GoogleState, calendar: Calendar, id: string): CalendarEvent | null => {
  const parent = id.includes('_') ? storedEvent(state, calendar, id.slice(0, id.lastIndexOf('_'))) : null;
  return parent?.recurrence ? parent : null;
};

export const eventNamed = (state: GoogleState, calendar: Calendar, id: string): CalendarEvent => {
  const stored = storedEvent(state, calendar, id);
  if (stored) return stored;
  const series = seriesOf(state, calendar, id);
  const start = series && startNamed(series, id);
  if (!series || !start) throw notFound();
  return instanceAt(series, start);
};

/** As above, kept: an instance becomes an exception of its series as soon as something is written to it. */
export const keptEvent = (state: GoogleState, calendar: Calendar, id: string): CalendarEvent => {
  const event = eventNamed(state, calendar, id);
  if (!storedEvent(state, calendar, id)) state.events.push(event);
  return event;
};

export const exceptionsOf = (state: GoogleState, series: CalendarEvent): CalendarEvent[] =>
  state.events.filter(
    ({ calendarId, recurringEventId }) => calendarId === series.calendarId && recurringEventId === series.id,
  );
