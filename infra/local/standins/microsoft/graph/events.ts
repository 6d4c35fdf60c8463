import { wallAt } from '../../google/time/zone.ts';
import { type MailboxEvent, touch } from '../state.ts';
import { calendarRead, calendarWrite } from './access.ts';
import { accessDenied, conflict } from './errors.ts';
import { eventNamed, kept } from './expand.ts';
import type { MailboxExchange, MailboxOperation } from './gateway.ts';
import { readEvent, readJson, type Sent } from './input.ts';
import { addEvent, isOrganizers, removeEvent, spread } from './make.ts';
import { type Json, project, readSelect } from './odata.ts';
import { contextOf, etagOf, eventView } from './view.ts';

/** One event: read, made, changed and deleted. */

const shown = (exchange: MailboxExchange, event: MailboxEvent): Json => {
  const { mailbox, request } = exchange;
  const selected = readSelect(request.query);
  return {
    '@odata.context': contextOf(mailbox, 'events', selected, true),
    ...project(eventView(event, exchange), selected),
  };
};

const named = ({ state, mailbox, request }: MailboxExchange): MailboxEvent =>
  eventNamed(state, mailbox, request.params['event'] ?? '');

const create = (exchange: MailboxExchange) => {
  const { state, mailbox, request } = exchange;
  const event = addEvent(state, mailbox, readEvent(readJson(request.body)));
  return { status: 201, body: shown(exchange, event) };
};

/** The event in the words of a request, for what a patch leaves as it is. */
export const asSent = (event: MailboxEvent): Sent => {
  const time = (moment: MailboxEvent['start'], zone: string): Sent =>
    'date' in moment
      ? { dateTime: `${moment.date}T00:00:00`, timeZone: zone }
      : { dateTime: new Date(wallAt(moment.at, moment.zone)).toISOString().slice(0, 23), timeZone: zone };
  const { subject, body, location, sensitivity, showAs, importance, categories, recurrence } = event;
  return {
    ...{ subject, body, sensitivity, showAs, importance, categories, recurrence },
    isAllDay: 'date' in event.start,
    start: time(event.start, event.startZone),
    end: time(event.end, event.endZone),
    location: { displayName: location ?? '' },
    attendees: event.attendees.map(({ name, address, type, response }) => ({
      type,
      status: { response },
      emailAddress: { name, address },
    })),
  };
};

/** Those invited may change how it stands in their own calendar only. */
const personal = ['showAs', 'categories', 'isReminderOn', 'reminderMinutesBeforeStart', 'sensitivity'];

export const changeEvent = (
  state: MailboxExchange['state'],
  event: MailboxEvent,
  sent: Sent,
  at?: number,
): void => {
  const known = new Map(event.attendees.map((one) => [one.address.toLowerCase(), one]));
  const parts = readEvent({ ...asSent(event), ...sent });
  const online = sent['isOnlineMeeting'];
  const attendees = parts.attendees.map((one) => {
    const before = known.get(one.address.toLowerCase());
    return { ...one, respondedAt: before?.respondedAt ?? one.respondedAt };
  });
  const url = online === true ? (event.joinUrl ?? parts.joinUrl) : online === false ? null : event.joinUrl;
  Object.assign(event, parts, { attendees, joinUrl: url });
  touch(state, event, at);
  spread(state, event);
};

const patch = (exchange: MailboxExchange) => {
  const { state, request } = exchange;
  const found = named(exchange);
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && wanted !== etagOf(found)) throw conflict();
  const sent = readJson(request.body);
  const isGuest = !isOrganizers(state, found);
  if (isGuest && Object.keys(sent).some((name) => !personal.includes(name))) throw accessDenied();
  const event = kept(state, found);
  changeEvent(state, event, sent);
  return { body: shown(exchange, event) };
};

const remove = (exchange: MailboxExchange) => {
  removeEvent(exchange.state, kept(exchange.state, named(exchange)));
  return { status: 204 };
};

export const eventOperations: MailboxOperation[] = [
  {
    method: 'POST',
    paths: ['/events', '/calendar/events'],
    permissions: calendarWrite,
    handle: create,
  },
  {
    method: 'GET',
    paths: ['/events/{event}', '/calendar/events/{event}'],
    permissions: calendarRead,
    handle: (exchange) => ({ body: shown(exchange, named(exchange)) }),
  },
  { method: 'PATCH', paths: ['/events/{event}'], permissions: calendarWrite, handle: patch },
  { method: 'DELETE', paths: ['/events/{event}'], permissions: calendarWrite, handle: remove },
];
