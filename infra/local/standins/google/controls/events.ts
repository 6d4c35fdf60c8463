import * as z from 'zod/mini';
import { control, isoDate, text } from '../../control.ts';
import { type Route, standinNow } from '../../standin.ts';
import { isOrganizersCopy, spread } from '../calendar/copies.ts';
import { keptEvent } from '../calendar/find.ts';
import { meeting, readEvent, type Sent } from '../calendar/input.ts';
import { addEvent, endEvent } from '../calendar/make.ts';
import { merged } from '../calendar/write.ts';
import { type Calendar, type CalendarEvent, type GoogleState, touch } from '../state.ts';
import { calendarFor } from './named.ts';

const moment = z.optional(isoDate);
const sent = z.record(text, z.unknown());
const person = z.strictObject({ email: text, displayName: z._default(z.nullable(text), null) });

/** An event as the API takes it, and what only Google sets. */
const eventInput = z.catchall(
  z.object({
    id: z.optional(text),
    iCalUID: z.optional(text),
    creator: z.optional(text),
    organizer: z.optional(person),
    created: moment,
    updated: moment,
    meet: z._default(z.boolean(), false),
    exceptions: z._default(z.array(z.catchall(z.object({ at: text }), z.unknown())), []),
  }),
  z.unknown(),
);
export type EventInput = z.input<typeof eventInput>;

const eventsInput = z.strictObject({
  calendar: text,
  events: z.optional(z.array(eventInput)),
  count: z.optional(z.int()),
  template: z.optional(eventInput),
  from: moment,
  everyMinutes: z._default(z.number(), 60),
  minutes: z._default(z.number(), 30),
});

const at = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** `at` names an instance by the end of its id, as `20261124T090000Z` or `20261124`. */
const addException = (state: GoogleState, calendar: Calendar, series: CalendarEvent, input: Sent): void => {
  const { at: start, cancelled, ...changes } = input;
  const event = keptEvent(state, calendar, `${series.id}_${String(start)}`);
  if (cancelled === true) {
    endEvent(state, event);
    return;
  }
  const { meet, conferenceData } = event;
  const parts = readEvent(merged(event, changes), calendar.timeZone, false);
  touch(state, Object.assign(event, parts, { meet, conferenceData }), series.updated);
  spread(state, event);
};

export const addInput = (state: GoogleState, calendar: Calendar, raw: EventInput): CalendarEvent => {
  const input = eventInput.parse(raw);
  const { id, iCalUID, creator, organizer, created, updated, meet, exceptions, ...rest } = input;
  const parts = { ...readEvent(rest, calendar.timeZone, true), ...(meet && meeting()) };
  const moments = { created: at(created), updated: at(updated ?? created) };
  const event = addEvent(state, calendar, parts, {
    creator: creator ?? organizer?.email ?? calendar.owner,
    ...(id !== undefined && { id }),
    ...(iCalUID !== undefined && { iCalUID }),
    ...(organizer && { organizer }),
    ...(moments.created !== undefined && { created: moments.created }),
    ...(moments.updated !== undefined && { updated: moments.updated }),
  });
  for (const exception of exceptions) addException(state, calendar, event, exception);
  return event;
};

const many = (input: z.output<typeof eventsInput>): EventInput[] => {
  const { count = 1, template = {}, from, everyMinutes, minutes } = input;
  const first = at(from) ?? standinNow();
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * everyMinutes * 60_000;
    const { summary = 'Event {n}' } = template as { summary?: string };
    return {
      start: { dateTime: new Date(start).toISOString() },
      end: { dateTime: new Date(start + minutes * 60_000).toISOString() },
      ...template,
      summary: summary.replace('{n}', String(index + 1)),
    };
  });
};

const which = { calendar: text, id: text };
const changeInput = z.strictObject({ ...which, change: sent, updated: moment });

const change = (state: GoogleState, input: z.output<typeof changeInput>): void => {
  const calendar = calendarFor(state, input.calendar);
  const event = keptEvent(state, calendar, input.id);
  const { meet: asked, ...changes } = input.change;
  const { meet, conferenceData } = event;
  const parts = readEvent(merged(event, changes), calendar.timeZone, false);
  Object.assign(event, parts, asked === true ? meeting() : { meet, conferenceData });
  touch(state, event, at(input.updated) ?? standinNow());
  if (isOrganizersCopy(event)) spread(state, event);
};

const limitInput = z.strictObject({
  times: z.int(),
  status: z._default(z.literal([403, 429]), 403),
  reason: z._default(text, 'rateLimitExceeded'),
  account: z._default(z.nullable(text), null),
  retryAfter: z._default(z.nullable(z.int()), null),
});

export const eventControls = (state: GoogleState): Route[] => [
  control('events', eventsInput, (input) => {
    const calendar = calendarFor(state, input.calendar);
    return { ids: (input.events ?? many(input)).map((event) => addInput(state, calendar, event).id) };
  }),
  control('events/change', changeInput, (input) => change(state, input)),
  control('events/delete', z.strictObject(which), ({ calendar, id }) =>
    endEvent(state, keptEvent(state, calendarFor(state, calendar), id)),
  ),
  control('sync-tokens/expire', z.strictObject({ calendar: z.optional(text) }), ({ calendar }) => {
    const chosen = calendar === undefined ? state.calendars : [calendarFor(state, calendar)];
    for (const one of chosen) one.syncGeneration += 1;
  }),
  control('limits', limitInput, (input) => {
    state.limits.push(input);
  }),
];
