import { starts } from '../../google/time/recurrence.ts';
import { day, instantOfMoment, type Moment, shift, wallOfDate } from '../../google/time/zone.ts';
import { occurrenceKey, parseId, seriesKey } from '../ids.ts';
import { ruleOf } from '../recurrence.ts';
import { exceptionsOf, type MailboxEvent, type MicrosoftState, type User } from '../state.ts';
import { itemNotFound, malformedId } from './errors.ts';

/** The occurrences of series, and events by their ids. */

export type Window = { from: number; to: number };

const lengthOf = ({ start, end }: MailboxEvent): number =>
  'date' in start && 'date' in end
    ? wallOfDate(end.date) - wallOfDate(start.date)
    : 'at' in start && 'at' in end
      ? end.at - start.at
      : 0;

/** Whole days are bounded as days of UTC: Graph keeps them without a zone. */
const isWithin = ({ start, end }: MailboxEvent, { from, to }: Window): boolean =>
  instantOfMoment(start, 'UTC') < to && instantOfMoment(end, 'UTC') > from;

export const occurrenceAt = (series: MailboxEvent, start: Moment): MailboxEvent => ({
  ...series,
  key: occurrenceKey(series.key, start),
  start,
  end: shift(start, lengthOf(series)),
  recurrence: null,
  master: series.key,
  originalStart: start,
});

export const typeOf = (
  event: MailboxEvent,
  isStored: boolean,
): 'singleInstance' | 'occurrence' | 'exception' | 'seriesMaster' => {
  if (event.recurrence) return 'seriesMaster';
  if (event.master === null) return 'singleInstance';
  return isStored ? 'exception' : 'occurrence';
};

/** The living occurrences and exceptions of a series in a window. */
export const occurrencesOf = (
  state: MicrosoftState,
  series: MailboxEvent,
  window: Window,
): MailboxEvent[] => {
  if (!series.recurrence || series.removed) return [];
  const known = new Map(exceptionsOf(state, series).map((exception) => [exception.key, exception]));
  const from = window.from - lengthOf(series) - day;
  const occurrences = starts(series.start, [ruleOf(series.recurrence)], from, window.to + day).map(
    (start) => {
      const occurrence = occurrenceAt(series, start);
      const exception = known.get(occurrence.key);
      known.delete(occurrence.key);
      return exception ?? occurrence;
    },
  );
  return [...occurrences, ...known.values()].filter((event) => !event.removed && isWithin(event, window));
};

/** Single events, occurrences and exceptions of a mailbox in a window, by their start. */
export const viewOf = (state: MicrosoftState, mailbox: User, window: Window): MailboxEvent[] =>
  state.events
    .filter((event) => event.mailbox === mailbox.id && !event.removed && event.master === null)
    .flatMap((event) =>
      event.recurrence ? occurrencesOf(state, event, window) : isWithin(event, window) ? [event] : [],
    )
    .sort(
      (one, other) =>
        instantOfMoment(one.start, 'UTC') - instantOfMoment(other.start, 'UTC') ||
        (one.key < other.key ? -1 : 1),
    );

export const storedEvent = (state: MicrosoftState, mailbox: string, key: string): MailboxEvent | null =>
  state.events.find((event) => event.mailbox === mailbox && event.key === key) ?? null;

export const isStored = (state: MicrosoftState, event: MailboxEvent): boolean =>
  state.events.includes(event) || storedEvent(state, event.mailbox, event.key) !== null;

const occurrenceNamed = (state: MicrosoftState, mailbox: string, key: string): MailboxEvent | null => {
  const series = storedEvent(state, mailbox, seriesKey(key) ?? '');
  if (!series?.recurrence || series.removed) return null;
  const date = key.slice(key.lastIndexOf('.') + 1);
  const at = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T00:00:00Z`);
  if (Number.isNaN(at)) return null;
  const found = starts(series.start, [ruleOf(series.recurrence)], at - 2 * day, at + 2 * day);
  const start = found.find((one) => occurrenceKey(series.key, one) === key);
  return start ? occurrenceAt(series, start) : null;
};

export const eventByKey = (state: MicrosoftState, mailbox: string, key: string): MailboxEvent | null => {
  const stored = storedEvent(state, mailbox, key);
  if (stored) return stored.removed ? null : stored;
  return occurrenceNamed(state, mailbox, key);
};

/** By either kind of id. One of another mailbox, or from before the item was moved, leads nowhere. */
export const eventNamed = (state: MicrosoftState, mailbox: User, id: string): MailboxEvent => {
  const parsed = parseId(id);
  if (!parsed) throw malformedId();
  const event = parsed.mailbox === mailbox.id ? eventByKey(state, mailbox.id, parsed.key) : null;
  if (!event || (parsed.moves !== null && parsed.moves !== event.moves)) throw itemNotFound();
  return event;
};

/** As above, kept: an occurrence becomes an exception as soon as something is written to it. */
export const kept = (state: MicrosoftState, event: MailboxEvent): MailboxEvent => {
  if (!storedEvent(state, event.mailbox, event.key)) state.events.push(event);
  return event;
};
