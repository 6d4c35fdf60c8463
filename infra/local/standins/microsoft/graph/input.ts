import { randomBytes } from 'node:crypto';
import { checkRecurrence } from '../../google/time/recurrence.ts';
import { instantOf, instantOfMoment, type Moment } from '../../google/time/zone.ts';
import { ruleOf } from '../recurrence.ts';
import type { Attendee, MailboxEvent, Recurrence } from '../state.ts';
import { zoneNamed } from '../zones.ts';
import { badRequest, invalidProperty, unknownZone } from './errors.ts';

/** Events as they are sent, read into what is kept. */

export type Sent = Record<string, unknown>;

const isRecord = (value: unknown): value is Sent =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const readJson = (body: Buffer): Sent => {
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (isRecord(value)) return value;
  } catch {
    // told below
  }
  throw badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set.');
};

const readMoment = (value: unknown, name: string, allDay: boolean): { moment: Moment; zone: string } => {
  if (!isRecord(value) || typeof value['dateTime'] !== 'string') {
    throw invalidProperty(`The property '${name}' is required when creating the entity.`);
  }
  const named = typeof value['timeZone'] === 'string' ? value['timeZone'] : 'UTC';
  const zone = zoneNamed(named);
  if (zone === null) throw unknownZone(named);
  const text = value['dateTime'];
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/i.test(text);
  const read = Date.parse(hasOffset ? text : `${text.slice(0, 23)}Z`);
  if (Number.isNaN(read)) throw invalidProperty(`The value '${text}' of '${name}' is no date and time.`);
  if (!allDay) return { moment: { at: hasOffset ? read : instantOf(read, zone), zone }, zone: named };
  if (!/^\d{4}-\d\d-\d\d(T00:00(:00(\.0+)?)?Z?)?$/.test(text)) {
    throw invalidProperty(`The ${name} of an all-day event must be set to midnight.`);
  }
  return { moment: { date: text.slice(0, 10) }, zone: named };
};

const responses = [
  'none',
  'organizer',
  'tentativelyAccepted',
  'accepted',
  'declined',
  'notResponded',
] as const;

const readAttendee = (value: unknown): Attendee => {
  const address = isRecord(value) ? value['emailAddress'] : null;
  if (!isRecord(value) || !isRecord(address) || typeof address['address'] !== 'string') {
    throw invalidProperty('An attendee needs an e-mail address.');
  }
  const status = isRecord(value['status']) ? value['status']['response'] : undefined;
  const types = ['required', 'optional', 'resource'] as const;
  return {
    name: typeof address['name'] === 'string' ? address['name'] : address['address'],
    address: address['address'],
    type: types.find((type) => type === value['type']) ?? 'required',
    response: responses.find((one) => one === status) ?? 'none',
    respondedAt: null,
  };
};

const readRecurrence = (value: unknown, start: Moment): Recurrence | null => {
  if (value === undefined || value === null) return null;
  const { pattern, range } = value as Partial<Recurrence>;
  if (!isRecord(value) || !pattern || !range)
    throw invalidProperty('The recurrence has no pattern or range.');
  try {
    const recurrence = { pattern, range };
    checkRecurrence(start, [ruleOf(recurrence)]);
    return recurrence;
  } catch (error) {
    if (error instanceof RangeError) throw invalidProperty(`The recurrence is invalid: ${error.message}`);
    throw error;
  }
};

const oneOf = (sent: Sent, name: string, values: string[], usual: string): string => {
  const value = sent[name] ?? usual;
  const found = values.find((one) => one === value);
  if (found === undefined) throw invalidProperty(`'${JSON.stringify(value)}' is no value of '${name}'.`);
  return found;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const joinUrl = (): string =>
  `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${randomBytes(24).toString('hex')}%40thread.v2/0`;

export type EventParts = Pick<
  MailboxEvent,
  | 'subject'
  | 'body'
  | 'start'
  | 'end'
  | 'startZone'
  | 'endZone'
  | 'location'
  | 'attendees'
  | 'joinUrl'
  | 'sensitivity'
  | 'showAs'
  | 'importance'
  | 'categories'
  | 'recurrence'
>;

export const readEvent = (sent: Sent): EventParts => {
  const allDay = sent['isAllDay'] === true;
  const start = readMoment(sent['start'], 'start', allDay);
  const end = readMoment(sent['end'], 'end', allDay);
  const length = instantOfMoment(end.moment, 'UTC') - instantOfMoment(start.moment, 'UTC');
  if (length < 0) throw invalidProperty('The end of the event is earlier than its start.');
  if (allDay && length === 0) throw invalidProperty('An all-day event lasts 24 hours at least.');
  const { subject, body, location, attendees, categories } = sent;
  const place = isRecord(location) ? location['displayName'] : undefined;
  const content = isRecord(body) ? body : {};
  return {
    subject: typeof subject === 'string' ? subject : null,
    body: {
      contentType: /^text$/i.test(textOf(content['contentType'])) ? 'text' : 'html',
      content: textOf(content['content']),
    },
    start: start.moment,
    end: end.moment,
    startZone: start.zone,
    endZone: end.zone,
    location: typeof place === 'string' && place !== '' ? place : null,
    attendees: Array.isArray(attendees) ? attendees.map(readAttendee) : [],
    joinUrl: sent['isOnlineMeeting'] === true ? joinUrl() : null,
    sensitivity: oneOf(sent, 'sensitivity', ['normal', 'personal', 'private', 'confidential'], 'normal'),
    showAs: oneOf(
      sent,
      'showAs',
      ['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown'],
      'busy',
    ),
    importance: oneOf(sent, 'importance', ['low', 'normal', 'high'], 'normal'),
    categories: Array.isArray(categories) ? categories.map(String) : [],
    recurrence: readRecurrence(sent['recurrence'], start.moment),
  };
};
