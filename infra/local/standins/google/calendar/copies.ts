import {
  type Calendar,
  type CalendarEvent,
  calendarNamed,
  type GoogleState,
  sameAddress,
  touch,
} from '../state.ts';

/**
 * An invitation lies on the calendar of everybody invited, under the same id. What the organizer changes
 * changes everywhere; an answer is told to all.
 */

export const isOrganizersCopy = ({ organizer, calendarId }: CalendarEvent): boolean =>
  sameAddress(organizer.email, calendarId);

const copiesOf = (state: GoogleState, { id, iCalUID, calendarId }: CalendarEvent): CalendarEvent[] =>
  state.events.filter(
    (event) => event.id === id && event.iCalUID === iCalUID && event.calendarId !== calendarId,
  );

/** What stays each one's own. */
const own = ({ calendarId, visibility, more, created }: CalendarEvent) => ({
  calendarId,
  visibility,
  more,
  created,
});

const invited = (state: GoogleState, event: CalendarEvent): Calendar[] =>
  event.attendees
    .map(({ email }) => calendarNamed(state, email))
    .filter((calendar) => calendar !== null)
    .filter(({ id, primary }) => primary && id !== event.calendarId);

/** Brings the organizer's event to everybody invited, and takes it from those who no longer are. */
export const spread = (state: GoogleState, event: CalendarEvent): void => {
  if (!isOrganizersCopy(event)) return;
  const copies = copiesOf(state, event);
  const calendars = invited(state, event);
  for (const { id: calendarId } of calendars) {
    const copy = copies.find((one) => one.calendarId === calendarId);
    const kept = copy ? own(copy) : { calendarId };
    const target = copy ?? ({ ...event } as CalendarEvent);
    if (!copy) state.events.push(target);
    Object.assign(target, { ...event, attendees: event.attendees.map((one) => ({ ...one })) }, kept);
    touch(state, target, event.updated);
  }
  for (const copy of copies) {
    if (calendars.some(({ id }) => id === copy.calendarId) || copy.status === 'cancelled') continue;
    touch(state, Object.assign(copy, { status: 'cancelled' }), event.updated);
  }
};

/** Tells the organizer, and so everybody, what somebody answered. */
export const respond = (
  state: GoogleState,
  event: CalendarEvent,
  answer: { responseStatus: CalendarEvent['attendees'][number]['responseStatus']; comment: string | null },
): void => {
  for (const copy of [event, ...copiesOf(state, event)]) {
    const attendee = copy.attendees.find(({ email }) => sameAddress(email, event.calendarId));
    if (!attendee) continue;
    Object.assign(attendee, answer);
    touch(state, copy);
  }
};
