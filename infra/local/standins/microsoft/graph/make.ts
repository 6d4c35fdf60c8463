import { randomUUID } from 'node:crypto';
import { standinNow } from '../../standin.ts';
import {
  addressOf,
  exceptionsOf,
  type MailboxEvent,
  type MicrosoftState,
  type Recipient,
  same,
  touch,
  type User,
  userNamed,
} from '../state.ts';
import { storedEvent } from './expand.ts';
import type { EventParts } from './input.ts';

/** Making, changing and ending events, and what of it those invited see. */

const recipientOf = (state: MicrosoftState, address: string): Recipient => ({
  address,
  name: userNamed(state, address)?.displayName ?? address,
});

const mailboxUser = (state: MicrosoftState, { mailbox }: MailboxEvent): User | null =>
  state.users.find(({ id }) => id === mailbox) ?? null;

export const isOrganizers = (state: MicrosoftState, event: MailboxEvent): boolean => {
  const user = mailboxUser(state, event);
  return user !== null && same(event.organizer.address, addressOf(user));
};

/** Every copy has its own key; an exception's is found by that of its series. */
const keyOfCopy = (state: MicrosoftState, event: MailboxEvent, mailbox: string): string => {
  const same = state.events.find(
    (one) => one.mailbox === mailbox && one.uid === event.uid && one.master === null,
  );
  const stem = same?.key ?? randomUUID().replaceAll('-', '');
  return event.master === null ? stem : `${stem}.${event.key.split('.').at(-1)}`;
};

const own = ({ mailbox, key, moves, created, showAs, categories }: MailboxEvent) => ({
  mailbox,
  key,
  moves,
  created,
  showAs,
  categories,
});

/** Brings the organizer's event to everybody invited, and calls it off where somebody no longer is. */
export const spread = (state: MicrosoftState, event: MailboxEvent): void => {
  if (!isOrganizers(state, event)) return;
  const suffix = event.master === null ? null : (event.key.split('.').at(-1) ?? null);
  const copies = state.events.filter(
    (one) =>
      one.uid === event.uid &&
      one.mailbox !== event.mailbox &&
      (suffix === null ? one.master === null : one.key.endsWith(`.${suffix}`)),
  );
  const invited = event.attendees
    .map(({ address }) => userNamed(state, address))
    .filter((user) => user !== null)
    .filter(({ id, mailbox }) => mailbox && id !== event.mailbox);
  for (const { id } of invited) {
    const found = copies.find((copy) => copy.mailbox === id);
    const key = found?.key ?? keyOfCopy(state, event, id);
    const copy = found ?? ({ ...event, mailbox: id, key, moves: 0 } as MailboxEvent);
    if (!found) state.events.push(copy);
    const master = event.master === null ? null : key.slice(0, key.lastIndexOf('.'));
    const attendees = event.attendees.map((one) => ({ ...one }));
    Object.assign(copy, { ...event, attendees, master, removed: false }, own({ ...copy, key }));
    touch(state, copy, event.modified);
  }
  for (const copy of copies) {
    if (!invited.some(({ id }) => id === copy.mailbox)) callOff(state, copy);
  }
};

/** A meeting that was called off stays in the calendar of those invited until they remove it. */
const callOff = (state: MicrosoftState, copy: MailboxEvent): void => {
  if (copy.isCancelled || copy.removed) return;
  const subject = `Canceled: ${copy.subject ?? ''}`;
  touch(state, Object.assign(copy, { isCancelled: true, subject, showAs: 'free' }));
};

export const addEvent = (
  state: MicrosoftState,
  mailbox: User,
  parts: EventParts,
  given: Partial<Pick<MailboxEvent, 'key' | 'uid' | 'organizer' | 'created' | 'modified'>> = {},
): MailboxEvent => {
  const now = standinNow();
  const key = given.key ?? randomUUID().replaceAll('-', '');
  const event: MailboxEvent = {
    mailbox: mailbox.id,
    moves: 0,
    organizer: { name: mailbox.displayName, address: addressOf(mailbox) },
    master: null,
    originalStart: null,
    isCancelled: false,
    removed: false,
    created: now,
    modified: now,
    changed: 0,
    ...parts,
    ...given,
    uid: given.uid ?? key,
    key,
    attendees: parts.attendees.map((attendee) => ({
      ...attendee,
      name: attendee.name === attendee.address ? recipientOf(state, attendee.address).name : attendee.name,
    })),
  };
  state.events.push(event);
  touch(state, event, event.modified);
  spread(state, event);
  return event;
};

/** Removes an event from its mailbox; of the organizer's, everybody else sees it called off. */
export const removeEvent = (state: MicrosoftState, event: MailboxEvent): void => {
  const organizers = isOrganizers(state, event);
  for (const one of [event, ...(event.recurrence ? exceptionsOf(state, event) : [])]) {
    if (!one.removed) touch(state, Object.assign(one, { removed: true }));
  }
  const suffix = event.master === null ? null : event.key.split('.').at(-1);
  if (!organizers) return;
  for (const copy of state.events.filter((one) => one.uid === event.uid && one.mailbox !== event.mailbox)) {
    if (suffix === null) callOff(state, copy);
    else if (copy.recurrence) {
      removeOccurrence(state, copy, `${copy.key}.${suffix}`, event);
    }
  }
};

/** One occurrence that does not happen is simply missing from the series of the others. */
const removeOccurrence = (
  state: MicrosoftState,
  series: MailboxEvent,
  key: string,
  like: MailboxEvent,
): void => {
  const stored = storedEvent(state, series.mailbox, key);
  const { start, end, originalStart } = like;
  const made = { ...series, key, start, end, originalStart, recurrence: null, master: series.key };
  const event: MailboxEvent = stored ?? made;
  if (!stored) state.events.push(event);
  touch(state, Object.assign(event, { removed: true }));
};
