import { randomBytes } from 'node:crypto';
import type { Attendee, CalendarEvent } from '../state.ts';
import { checkRecurrence } from '../time/recurrence.ts';
import { instantOf, instantOfMoment, isZone, type Moment } from '../time/zone.ts';
import { emptyRange, invalid, required } from './errors.ts';

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
  throw invalid('Parse Error');
};

const readMoment = (value: unknown, name: string, zone: string, recurring: boolean): Moment => {
  if (!isRecord(value)) throw required(`Missing ${name} time.`);
  const { date, dateTime, timeZone } = value;
  if (typeof date === 'string') {
    if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) {
      throw invalid(`Invalid ${name} time.`);
    }
    return { date };
  }
  if (typeof dateTime !== 'string') throw required(`Missing ${name} time.`);
  const named = typeof timeZone === 'string' ? timeZone : null;
  if (named !== null && !isZone(named)) throw invalid('Invalid time zone definition for start time.');
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/i.test(dateTime);
  if (named === null && (recurring || !hasOffset)) {
    throw required(`Missing time zone definition for ${name} time.`);
  }
  const read = Date.parse(hasOffset ? dateTime : `${dateTime}Z`);
  if (Number.isNaN(read)) throw invalid(`Invalid ${name} time.`);
  return { at: hasOffset ? read : instantOf(read, named ?? zone), zone: named ?? zone };
};

const readAttendee = (value: unknown): Attendee => {
  if (!isRecord(value) || typeof value['email'] !== 'string') throw required('Missing attendee email.');
  const { email, displayName, responseStatus, optional, resource, comment } = value;
  const statuses = ['needsAction', 'declined', 'tentative', 'accepted'] as const;
  const status = statuses.find((one) => one === (responseStatus ?? 'needsAction'));
  if (!status) throw invalid(`Invalid value for: ${String(responseStatus)} is not a valid value`);
  return {
    email,
    displayName: typeof displayName === 'string' ? displayName : null,
    responseStatus: status,
    optional: optional === true,
    resource: resource === true,
    comment: typeof comment === 'string' ? comment : null,
  };
};

/** What is kept as it was sent. */
const kept = [
  'anyoneCanAddSelf',
  'attachments',
  'colorId',
  'eventType',
  'extendedProperties',
  'focusTimeProperties',
  'guestsCanInviteOthers',
  'guestsCanModify',
  'guestsCanSeeOtherGuests',
  'outOfOfficeProperties',
  'privateCopy',
  'reminders',
  'source',
  'transparency',
  'workingLocationProperties',
];

const conference = (sent: Sent): Pick<CalendarEvent, 'conferenceData' | 'meet'> => {
  const data = sent['conferenceData'];
  if (!isRecord(data)) return { conferenceData: null, meet: null };
  if (!isRecord(data['createRequest'])) return { conferenceData: data, meet: null };
  return meeting(data['createRequest']);
};

/** A Google Meet conference, as `createRequest` makes one. */
export const meeting = (request?: Sent): Pick<CalendarEvent, 'conferenceData' | 'meet'> => {
  const letters = [...randomBytes(10)].map((byte) => 'abcdefghijkmnopqrstuvwxyz'[byte % 25]).join('');
  const code = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7, 10)}`;
  const uri = `https://meet.google.com/${code}`;
  return {
    meet: uri,
    conferenceData: {
      ...(request && { createRequest: { ...request, status: { statusCode: 'success' } } }),
      entryPoints: [{ entryPointType: 'video', uri, label: uri.slice('https://'.length) }],
      conferenceSolution: {
        key: { type: 'hangoutsMeet' },
        name: 'Google Meet',
        iconUri: 'https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4.png',
      },
      conferenceId: code,
    },
  };
};

const oneOf = <T extends string>(sent: Sent, name: string, values: readonly T[], usual: T): T => {
  const value = values.find((candidate) => candidate === (sent[name] ?? usual));
  if (value === undefined) throw invalid(`Invalid value for: ${String(sent[name])} is not a valid value`);
  return value;
};

const textOr = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export type EventParts = Pick<
  CalendarEvent,
  | 'status'
  | 'summary'
  | 'description'
  | 'location'
  | 'start'
  | 'end'
  | 'recurrence'
  | 'attendees'
  | 'visibility'
  | 'conferenceData'
  | 'meet'
  | 'more'
>;

/** `zone` is the calendar's; `conferences` whether the caller said it knows conference data. */
export const readEvent = (sent: Sent, zone: string, conferences: boolean): EventParts => {
  const lines = sent['recurrence'];
  const recurrence = Array.isArray(lines) && lines.length > 0 ? lines.map(String) : null;
  const start = readMoment(sent['start'], 'start', zone, recurrence !== null);
  const end = readMoment(sent['end'], 'end', zone, recurrence !== null);
  if ('date' in start !== 'date' in end) throw invalid('Invalid start time.');
  if (instantOfMoment(end, 'UTC') < instantOfMoment(start, 'UTC')) throw emptyRange();
  try {
    if (recurrence) checkRecurrence(start, recurrence);
  } catch (error) {
    if (error instanceof RangeError) throw invalid('Invalid recurrence rule.', 'recurrence');
    throw error;
  }
  const attendees = Array.isArray(sent['attendees']) ? sent['attendees'] : [];
  return {
    status: oneOf(sent, 'status', ['confirmed', 'tentative', 'cancelled'], 'confirmed'),
    summary: textOr(sent['summary']),
    description: textOr(sent['description']),
    location: textOr(sent['location']),
    start,
    end,
    recurrence,
    attendees: attendees.map(readAttendee),
    visibility: oneOf(sent, 'visibility', ['default', 'public', 'private', 'confidential'], 'default'),
    ...(conferences ? conference(sent) : { conferenceData: null, meet: null }),
    more: Object.fromEntries(kept.flatMap((name) => (sent[name] == null ? [] : [[name, sent[name]]]))),
  };
};
