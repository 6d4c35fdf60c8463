import { createHash } from 'node:crypto';
import { type Moment, wallAt } from '../../google/time/zone.ts';
import { globalId, idOf } from '../ids.ts';
import {
  type Attendee,
  addressOf,
  type MailboxEvent,
  type MicrosoftState,
  type Recipient,
  same,
  type User,
} from '../state.ts';
import { isStored, typeOf } from './expand.ts';
import { graph } from './gateway.ts';
import type { Preferences } from './prefer.ts';

/** Events as Graph shows them (https://learn.microsoft.com/graph/api/resources/event). */

export type Lens = { state: MicrosoftState; mailbox: User; prefer: Preferences };

const never = '0001-01-01T00:00:00Z';

const seven = (wall: number): string => `${new Date(wall).toISOString().slice(0, 23)}0000`;
const stamp = (at: number): string => `${seven(at)}Z`;

/** A whole day is midnight in whatever zone is asked for. */
const momentView = (moment: Moment, { zone, zoneName }: Preferences) => ({
  dateTime: 'date' in moment ? `${moment.date}T00:00:00.0000000` : seven(wallAt(moment.at, zone)),
  timeZone: zoneName,
});

const recipientView = ({ name, address }: Recipient) => ({ emailAddress: { name, address } });

const attendeeView = (attendee: Attendee) => ({
  type: attendee.type,
  status: {
    response: attendee.response,
    time: attendee.respondedAt === null ? never : stamp(attendee.respondedAt),
  },
  ...recipientView(attendee),
});

const locationView = (location: string | null) => ({
  displayName: location ?? '',
  locationType: 'default',
  ...(location !== null && { uniqueId: location, uniqueIdType: 'private' }),
});

const plain = (html: string): string =>
  html
    .replaceAll(/<head[\s\S]*?<\/head>/gi, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();

const bodyView = ({ body }: MailboxEvent, { bodyType }: Preferences) => {
  if (bodyType === 'text') return { contentType: 'text', content: plain(body.content) };
  if (body.contentType === 'html') return body;
  return { contentType: 'html', content: `<html><body>${body.content}</body></html>` };
};

export const changeKeyOf = ({ mailbox, changed }: MailboxEvent): string =>
  createHash('sha256').update(`${mailbox} ${changed}`).digest('base64').slice(0, 30);

export const etagOf = (event: MailboxEvent): string => `W/"${changeKeyOf(event)}"`;

const isOrganizer = ({ organizer }: MailboxEvent, mailbox: User): boolean =>
  same(organizer.address, addressOf(mailbox));

const responseView = (event: MailboxEvent, mailbox: User) => {
  if (isOrganizer(event, mailbox)) return { response: 'organizer', time: never };
  const mine = event.attendees.find(({ address }) => same(address, addressOf(mailbox)));
  return {
    response: mine?.response ?? 'none',
    time: mine?.respondedAt == null ? never : stamp(mine.respondedAt),
  };
};

const onlineView = ({ joinUrl }: MailboxEvent) => ({
  onlineMeetingUrl: null,
  isOnlineMeeting: joinUrl !== null,
  onlineMeetingProvider: joinUrl === null ? 'unknown' : 'teamsForBusiness',
});

/** In a delta an occurrence is no more than its times and where the rest is found. */
export const stubView = (event: MailboxEvent, { prefer }: Lens) => ({
  '@odata.type': '#microsoft.graph.event',
  '@odata.etag': etagOf(event),
  seriesMasterId: idOf({ ...event, key: event.master ?? '' }, prefer.immutableIds),
  type: 'occurrence',
  start: momentView(event.start, prefer),
  end: momentView(event.end, prefer),
  id: idOf(event, prefer.immutableIds),
});

export const eventView = (event: MailboxEvent, lens: Lens): Record<string, unknown> => {
  const { state, mailbox, prefer } = lens;
  const id = idOf(event, prefer.immutableIds);
  const type = typeOf(event, isStored(state, event));
  return {
    '@odata.etag': etagOf(event),
    id,
    createdDateTime: stamp(event.created),
    lastModifiedDateTime: stamp(event.modified),
    changeKey: changeKeyOf(event),
    categories: event.categories,
    transactionId: null,
    originalStartTimeZone: event.startZone,
    originalEndTimeZone: event.endZone,
    iCalUId: globalId(event.uid, event.originalStart),
    reminderMinutesBeforeStart: 15,
    isReminderOn: true,
    hasAttachments: false,
    subject: event.subject,
    bodyPreview: plain(event.body.content).slice(0, 255),
    importance: event.importance,
    sensitivity: event.sensitivity,
    isAllDay: 'date' in event.start,
    isCancelled: event.isCancelled,
    isOrganizer: isOrganizer(event, mailbox),
    responseRequested: true,
    seriesMasterId: event.master === null ? null : idOf({ ...event, key: event.master }, prefer.immutableIds),
    showAs: event.showAs,
    type,
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(idOf(event, false))}&exvsurl=1&path=/calendar/item`,
    ...onlineView(event),
    allowNewTimeProposals: true,
    occurrenceId:
      event.originalStart === null || event.master === null
        ? null
        : `OID.${idOf({ ...event, key: event.master }, prefer.immutableIds)}.${event.key
            .split('.')
            .at(-1)
            ?.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3')}`,
    isDraft: false,
    hideAttendees: false,
    responseStatus: responseView(event, mailbox),
    body: bodyView(event, prefer),
    start: momentView(event.start, prefer),
    end: momentView(event.end, prefer),
    location: locationView(event.location),
    locations: event.location === null ? [] : [locationView(event.location)],
    recurrence: event.recurrence,
    attendees: event.attendees.map(attendeeView),
    organizer: recipientView(event.organizer),
    onlineMeeting: event.joinUrl === null ? null : { joinUrl: event.joinUrl },
    ...(event.originalStart !== null && type === 'exception' && { originalStart: originalOf(event) }),
  };
};

const originalOf = ({ originalStart }: MailboxEvent): string =>
  originalStart === null || 'date' in originalStart
    ? `${originalStart?.date}T00:00:00Z`
    : `${new Date(originalStart.at).toISOString().slice(0, 19)}Z`;

export const contextOf = (mailbox: User, what: string, selected: string[] | null, entity = false): string =>
  `${graph}/$metadata#users('${mailbox.id}')/${what}${selected ? `(${selected.join(',')})` : ''}${
    entity ? '/$entity' : ''
  }`;
