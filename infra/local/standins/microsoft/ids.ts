import { createHash } from 'node:crypto';
import type { Moment } from '../google/time/zone.ts';
import type { MailboxEvent } from './state.ts';

/**
 * The ids of events. The usual one changes when the item is moved; with `Prefer: IdType="ImmutableId"` it does
 * not. Both lead to the event. Ids are case-sensitive.
 */

const dayOf = (start: Moment): string =>
  ('date' in start ? start.date : new Date(start.at).toISOString().slice(0, 10)).replaceAll('-', '');

/** The key of the occurrence that starts on a day by the rule: a series has one a day at most. */
export const occurrenceKey = (series: string, start: Moment): string => `${series}.${dayOf(start)}`;

export const seriesKey = (key: string): string | null =>
  key.includes('.') ? key.slice(0, key.lastIndexOf('.')) : null;

const encode = (text: string): string => {
  const padded = text.padEnd(Math.ceil(text.length / 3) * 3 + 2, '\0');
  return Buffer.from(padded).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
};

export type Immutable = boolean;

export const idOf = (event: Pick<MailboxEvent, 'mailbox' | 'key' | 'moves'>, immutable: Immutable): string =>
  immutable
    ? `AAkALg${encode(`i/${event.mailbox}/${event.key}`)}`
    : `AAMkAD${encode(`${event.moves}/${event.mailbox}/${event.key}`)}`;

export type Parsed = { mailbox: string; key: string; moves: number | null };

/** Null where it is no id at all. */
export const parseId = (id: string): Parsed | null => {
  const match = /^(AAkALg|AAMkAD)([\w=-]+)$/.exec(id);
  if (!match) return null;
  const text = Buffer.from(match[2] ?? '', 'base64url')
    .toString()
    .replaceAll('\0', '');
  const parts = /^(i|\d+)\/([^/]+)\/(.+)$/.exec(text);
  if (!parts) return null;
  const [, moves = '', mailbox = '', key = ''] = parts;
  return { mailbox, key, moves: moves === 'i' ? null : Number(moves) };
};

const hex = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length).toUpperCase();

/**
 * The global object id of Exchange: one for all copies, and by the date in its middle another for each
 * occurrence of a series.
 */
export const globalId = (uid: string, occurrence: Moment | null): string => {
  const head = '040000008200E00074C5B7101A82E008';
  const day = occurrence === null ? '00000000' : dayOf(occurrence);
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].map(Number);
  const part = (value: number | undefined, digits: number): string =>
    (value ?? 0).toString(16).toUpperCase().padStart(digits, '0');
  const middle = `${part(year, 4)}${part(month, 2)}${part(date, 2)}`;
  return `${head}${middle}${hex(`time ${uid}`, 16)}000000000000000010000000${hex(uid, 32)}`;
};
