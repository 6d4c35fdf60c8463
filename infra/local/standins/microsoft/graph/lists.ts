import type { MailboxEvent } from '../state.ts';
import { calendarRead } from './access.ts';
import { badRequest, invalidParameter } from './errors.ts';
import { eventNamed, occurrencesOf, viewOf, type Window } from './expand.ts';
import { graph, type MailboxExchange, type MailboxOperation } from './gateway.ts';
import { option, pageOf, readOptions } from './odata.ts';
import { contextOf, eventView } from './view.ts';

/** Lists of events: `calendarView`, `events` and `instances`. */

const timePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** Without an offset it is UTC, whatever `Prefer` says. */
const instant = (text: string, name: string): number => {
  // A plus sign that was not encoded arrives as a blank.
  const read = Date.parse(/(Z|[+-]\d\d:\d\d|^.{10})$/i.test(text) ? text : `${text}Z`);
  if (!timePattern.test(text) || Number.isNaN(read)) {
    throw invalidParameter(`The value '${text}' of parameter '${name}' is invalid.`);
  }
  return read;
};

export const readWindow = (query: URLSearchParams): Window => {
  const [start, end] = [option(query, 'startdatetime'), option(query, 'enddatetime')];
  if (start === null || end === null) {
    throw invalidParameter(
      'This request requires a time window specified by the query string parameters StartDateTime and ' +
        'EndDateTime.',
    );
  }
  const window = { from: instant(start, 'StartDateTime'), to: instant(end, 'EndDateTime') };
  if (window.to < window.from) {
    throw invalidParameter('The end of the time window is earlier than its start.');
  }
  return window;
};

const nextLink =
  ({ base, request }: MailboxExchange, path: string) =>
  (skip: number): string => {
    const others = [...request.query].filter(([name]) => !/^\$?skip$/i.test(name));
    const query = new URLSearchParams([...others, ['$skip', String(skip)]]).toString().replaceAll('%24', '$');
    return `${graph}${base}${path}?${query}`;
  };

export const answerList = (exchange: MailboxExchange, what: string, path: string, events: MailboxEvent[]) => {
  const { state, mailbox, prefer, request } = exchange;
  const options = readOptions(request.query, prefer.pageSize);
  const utc = { ...prefer, zone: 'UTC', zoneName: 'UTC' };
  return {
    body: {
      '@odata.context': contextOf(mailbox, what, options.select),
      ...pageOf(events, options, {
        plain: (event) => eventView(event, { state, mailbox, prefer: utc }),
        shown: (event) => eventView(event, { state, mailbox, prefer }),
        next: nextLink(exchange, path),
      }),
    },
  };
};

const calendarView = (exchange: MailboxExchange) => {
  const { state, mailbox, request } = exchange;
  const events = viewOf(state, mailbox, readWindow(request.query));
  return answerList(exchange, 'calendarView', '/calendarView', events);
};

/** Single events and series, the newest first. */
const events = (exchange: MailboxExchange) => {
  const { state, mailbox } = exchange;
  const found = state.events
    .filter((event) => event.mailbox === mailbox.id && !event.removed && event.master === null)
    .sort((one, other) => other.created - one.created || other.changed - one.changed);
  return answerList(exchange, 'events', '/events', found);
};

const instances = (exchange: MailboxExchange) => {
  const { state, mailbox, request } = exchange;
  const id = request.params['event'] ?? '';
  const series = eventNamed(state, mailbox, id);
  if (!series.recurrence) throw badRequest('The event is not the master of a series.');
  const found = occurrencesOf(state, series, readWindow(request.query));
  return answerList(exchange, `events('${id}')/instances`, `/events/${id}/instances`, found);
};

export const listOperations: MailboxOperation[] = [
  {
    method: 'GET',
    paths: ['/calendarView', '/calendar/calendarView'],
    permissions: calendarRead,
    handle: calendarView,
  },
  { method: 'GET', paths: ['/events', '/calendar/events'], permissions: calendarRead, handle: events },
  { method: 'GET', paths: ['/events/{event}/instances'], permissions: calendarRead, handle: instances },
];
