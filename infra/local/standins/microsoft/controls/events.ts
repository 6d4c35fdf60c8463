import * as z from 'zod/mini';
import { control, isoDate, text } from '../../control.ts';
import { type Route, standinNow } from '../../standin.ts';
import { asSent, changeEvent } from '../graph/events.ts';
import { eventNamed, isStored, kept, typeOf } from '../graph/expand.ts';
import { readEvent, type Sent } from '../graph/input.ts';
import { addEvent, removeEvent } from '../graph/make.ts';
import { globalId, idOf, parseId } from '../ids.ts';
import { type MailboxEvent, type MicrosoftState, touch, type User } from '../state.ts';
import { userFor } from './named.ts';

const moment = z.optional(isoDate);

/** An event as the API takes it, and what only Exchange sets. */
const eventInput = z.catchall(
  z.object({
    key: z.optional(text),
    uid: z.optional(text),
    organizer: z.optional(z.strictObject({ name: text, address: text })),
    created: moment,
    modified: moment,
    isCancelled: z._default(z.boolean(), false),
    exceptions: z._default(z.array(z.catchall(z.object({ on: text }), z.unknown())), []),
  }),
  z.unknown(),
);
export type EventInput = z.input<typeof eventInput>;

const eventsInput = z.strictObject({
  mailbox: text,
  events: z.optional(z.array(eventInput)),
  count: z.optional(z.int()),
  template: z.optional(eventInput),
  from: moment,
  everyMinutes: z._default(z.number(), 60),
  minutes: z._default(z.number(), 30),
});

const at = (value: string | undefined): number | undefined =>
  value === undefined ? undefined : Date.parse(value);

/** `on` is the day, in UTC, of the occurrence. */
const addException = (state: MicrosoftState, mailbox: User, series: MailboxEvent, input: Sent): void => {
  const { on, cancelled, ...change } = input;
  const key = `${series.key}.${String(on).replaceAll('-', '')}`;
  const event = kept(state, eventNamed(state, mailbox, idOf({ ...series, key }, true)));
  if (cancelled === true) removeEvent(state, event);
  else changeEvent(state, event, change, series.modified);
};

export const addInput = (state: MicrosoftState, mailbox: User, raw: EventInput): MailboxEvent => {
  const input = eventInput.parse(raw);
  const { key, uid, organizer, created, modified, isCancelled, exceptions, ...rest } = input;
  const moments = { created: at(created), modified: at(modified ?? created) };
  const event = addEvent(state, mailbox, readEvent(rest), {
    ...(key !== undefined && { key }),
    ...(uid !== undefined && { uid }),
    ...(organizer && { organizer }),
    ...(moments.created !== undefined && { created: moments.created }),
    ...(moments.modified !== undefined && { modified: moments.modified }),
  });
  for (const exception of exceptions) addException(state, mailbox, event, exception);
  if (isCancelled) {
    for (const one of state.events) if (one.uid === event.uid) one.isCancelled = true;
  }
  return event;
};

const many = (input: z.output<typeof eventsInput>): EventInput[] => {
  const { count = 1, template = {}, from, everyMinutes, minutes } = input;
  const first = at(from) ?? standinNow();
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * everyMinutes * 60_000;
    const time = (value: number) => ({
      dateTime: new Date(value).toISOString().slice(0, 19),
      timeZone: 'UTC',
    });
    const { subject = 'Event {n}' } = template as { subject?: string };
    return {
      start: time(start),
      end: time(start + minutes * 60_000),
      ...template,
      subject: subject.replace('{n}', String(index + 1)),
    };
  });
};

const named = (state: MicrosoftState, mailbox: string, id: string): MailboxEvent => {
  const user = userFor(state, mailbox);
  const full = parseId(id) ? id : idOf({ mailbox: user.id, key: id, moves: 0 }, true);
  return kept(state, eventNamed(state, user, full));
};

const idsOf = (state: MicrosoftState, event: MailboxEvent) => ({
  id: idOf(event, false),
  immutableId: idOf(event, true),
  iCalUId: globalId(event.uid, event.originalStart),
  type: typeOf(event, isStored(state, event)),
});

const which = { mailbox: text, id: text };
const changeInput = z.strictObject({ ...which, change: z.record(text, z.unknown()), modified: moment });
const answers = ['none', 'tentativelyAccepted', 'accepted', 'declined', 'notResponded'] as const;
const respondInput = z.strictObject({ ...which, response: z.enum(answers) });
const syncInput = z.strictObject({
  mailbox: z.optional(text),
  code: z._default(z.enum(['syncStateNotFound', 'SyncStateNotFound', 'resyncRequired']), 'syncStateNotFound'),
});

const respond = (state: MicrosoftState, { mailbox, id, response }: z.output<typeof respondInput>): void => {
  const event = named(state, mailbox, id);
  const user = userFor(state, mailbox);
  for (const copy of state.events.filter(({ uid }) => uid === event.uid)) {
    const mine = copy.attendees.find(({ address }) => address === (user.mail ?? user.userPrincipalName));
    if (!mine) continue;
    Object.assign(mine, { response, respondedAt: standinNow() });
    touch(state, copy);
  }
};

const limitInput = z.strictObject({
  times: z.int(),
  status: z._default(z.literal([429, 503]), 429),
  code: z._default(text, 'ApplicationThrottled'),
  mailbox: z._default(z.nullable(text), null),
  retryAfter: z._default(z.nullable(z.int()), 10),
});

export const eventControls = (state: MicrosoftState): Route[] => [
  control('events', eventsInput, (input) => {
    const mailbox = userFor(state, input.mailbox);
    const made = (input.events ?? many(input)).map((event) => addInput(state, mailbox, event));
    return { events: made.map((event) => idsOf(state, event)) };
  }),
  control('events/find', z.strictObject(which), ({ mailbox, id }) => {
    const event = named(state, mailbox, id);
    return { ...idsOf(state, event), event: asSent(event) };
  }),
  control('events/change', changeInput, ({ mailbox, id, change, modified }) => {
    changeEvent(state, named(state, mailbox, id), change, at(modified));
  }),
  control('events/delete', z.strictObject(which), ({ mailbox, id }) =>
    removeEvent(state, named(state, mailbox, id)),
  ),
  control('events/respond', respondInput, (input) => respond(state, input)),
  control('events/move', z.strictObject(which), ({ mailbox, id }) => {
    const event = named(state, mailbox, id);
    event.moves += 1;
    touch(state, event);
    return idsOf(state, event);
  }),
  control('delta/expire', syncInput, ({ mailbox, code }) => {
    const chosen = mailbox === undefined ? state.users : [userFor(state, mailbox)];
    for (const { id } of chosen) state.sync.generation[id] = (state.sync.generation[id] ?? 1) + 1;
    state.sync.code = code;
  }),
  control('delta/masters', z.strictObject({ shown: z.boolean() }), ({ shown }) => {
    state.sync.masters = shown;
  }),
  control('limits', limitInput, (input) => {
    state.limits.push(input);
  }),
];
