import { standinNow } from '../../standin.ts';
import {
  type Calendar,
  type CalendarEvent,
  type GoogleState,
  nameOf,
  type Person,
  randomEventId,
  touch,
  userNamed,
} from '../state.ts';
import { spread } from './copies.ts';
import { exceptionsOf } from './find.ts';
import type { EventParts } from './input.ts';

/** Making and ending events, for the API and for the controls. */

export const personNamed = (state: GoogleState, email: string): Person => {
  const user = userNamed(state, email);
  return { email, displayName: user ? nameOf(user) : null };
};

/** Events of a secondary calendar are organized by the calendar itself. */
const organizerOf = (state: GoogleState, calendar: Calendar): Person =>
  calendar.primary
    ? personNamed(state, calendar.owner)
    : { email: calendar.id, displayName: calendar.summary };

export const addEvent = (
  state: GoogleState,
  calendar: Calendar,
  parts: EventParts,
  given: Partial<Pick<CalendarEvent, 'id' | 'iCalUID' | 'created' | 'updated' | 'organizer'>> & {
    creator: string;
  },
): CalendarEvent => {
  const { creator, ...rest } = given;
  const id = rest.id ?? randomEventId();
  const now = standinNow();
  const event: CalendarEvent = {
    calendarId: calendar.id,
    iCalUID: `${id}@google.com`,
    recurringEventId: null,
    originalStart: null,
    creator: personNamed(state, creator),
    organizer: organizerOf(state, calendar),
    created: now,
    updated: now,
    sequence: 0,
    changed: 0,
    ...parts,
    ...rest,
    id,
    attendees: parts.attendees.map((attendee) => ({
      ...attendee,
      displayName: attendee.displayName ?? personNamed(state, attendee.email).displayName,
    })),
  };
  state.events.push(event);
  touch(state, event, event.updated);
  spread(state, event);
  return event;
};

/** Deletes an event; of a series, what was changed of it goes along. */
export const endEvent = (state: GoogleState, event: CalendarEvent): void => {
  for (const one of [event, ...(event.recurrence ? exceptionsOf(state, event) : [])]) {
    if (one.status === 'cancelled') continue;
    touch(state, Object.assign(one, { status: 'cancelled' }));
    spread(state, one);
  }
};
