import { type Meeting, meetings, people, timesOf, type Who } from '../google/acme.ts';
import { makeKey } from '../google/oauth/identity.ts';
import { starts } from '../google/time/recurrence.ts';
import { dateOf, day, type Moment, shift, wallAt, wallOfDate } from '../google/time/zone.ts';
import { makeOAuth } from '../oauth/index.ts';
import { standinNow } from '../standin.ts';
import { addTenant, addUser } from './controls/accounts.ts';
import { addInput, type EventInput } from './controls/events.ts';
import { removeEvent } from './graph/make.ts';
import { type MicrosoftState, userNamed } from './state.ts';

/** The company Acme at Microsoft: a tenant with three people, and an app that its administrator let in. */

export const demo = {
  tenant: '7a3c1e52-0c9d-4f3e-9b55-acde00000001',
  client: '5f1d2b64-8a0e-4c7b-a1c2-acde00000002',
  secret: 'acme-demo-outlook-secret',
};

export const ids: Record<Who, string> = {
  ada: 'ada00000-5e11-4a5e-8d00-acde0000000a',
  grace: '67ace000-5e11-4a5e-8d00-acde0000000b',
  linus: '11905000-5e11-4a5e-8d00-acde0000000c',
};

const redirectPattern = 'http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?/api/v1/oauth/callback/[\\w-]+';

const responses = {
  accepted: 'accepted',
  tentative: 'tentativelyAccepted',
  declined: 'declined',
  needsAction: 'notResponded',
} as const;

const time = (when: Moment) =>
  'date' in when
    ? { dateTime: `${when.date}T00:00:00`, timeZone: 'UTC' }
    : { dateTime: new Date(wallAt(when.at, when.zone)).toISOString().slice(0, 19), timeZone: when.zone };

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const short: Record<string, string> = {
  MO: 'monday',
  TU: 'tuesday',
  WE: 'wednesday',
  TH: 'thursday',
  FR: 'friday',
};

/** The rules of Acme's meetings, as patterns. */
const recurrenceOf = (rule: string, start: Moment) => {
  const parts = Object.fromEntries(rule.split(';').map((part) => part.split('=') as [string, string]));
  const startDate = 'date' in start ? start.date : dateOf(wallAt(start.at, start.zone));
  const first = new Date(wallOfDate(startDate));
  const { BYDAY: byDay, COUNT: number, INTERVAL: interval = '1', FREQ: frequency } = parts;
  const weekly = {
    type: 'weekly',
    daysOfWeek: byDay
      ? byDay.split(',').map((name) => short[name] ?? '')
      : [weekdays[first.getUTCDay()] ?? ''],
    firstDayOfWeek: 'sunday',
  };
  const yearly = { type: 'absoluteYearly', month: first.getUTCMonth() + 1, dayOfMonth: first.getUTCDate() };
  return {
    pattern: { ...(frequency === 'YEARLY' ? yearly : weekly), interval: Number(interval) },
    range: number
      ? { type: 'numbered', startDate, numberOfOccurrences: Number(number), recurrenceTimeZone: 'UTC' }
      : { type: 'noEnd', startDate, recurrenceTimeZone: 'UTC' },
  };
};

const exceptionsOf = (meeting: Meeting, start: Moment, end: Moment) => {
  if (meeting.rule === undefined || !('at' in start) || !('at' in end)) return [];
  const all = starts(start, [`RRULE:${meeting.rule}`], start.at - day, start.at + 400 * day);
  return (meeting.exceptions ?? []).flatMap(({ nth, cancelled, shiftMinutes = 0, summary }) => {
    const original = all[nth];
    if (!original || !('at' in original)) return [];
    const moved = original.at - start.at + shiftMinutes * 60_000;
    const changes = { start: time(shift(start, moved)), end: time(shift(end, moved)) };
    const on = dateOf(original.at);
    return [
      cancelled ? { on, cancelled } : { on, ...changes, ...(summary !== undefined && { subject: summary }) },
    ];
  });
};

const input = (meeting: Meeting, now: number): EventInput => {
  const { start, end } = timesOf(meeting, now);
  const invited = Object.entries(meeting.with ?? {})
    .filter(([who]) => who !== meeting.by)
    .map(([who, answer]) => ({
      emailAddress: { address: people[who as Who].email },
      status: { response: responses[answer] },
    }));
  const guests = (meeting.guests ?? []).map((address) => ({ emailAddress: { address } }));
  return {
    key: `acme-${meeting.key}`,
    subject: meeting.summary,
    body: { contentType: 'html', content: meeting.description ? `<p>${meeting.description}</p>` : '' },
    start: time(start),
    end: time(end),
    isAllDay: 'date' in start,
    ...(meeting.location !== undefined && { location: { displayName: meeting.location } }),
    ...(meeting.rule !== undefined && { recurrence: recurrenceOf(meeting.rule, start) }),
    sensitivity: meeting.private ? 'private' : 'normal',
    attendees: [...invited, ...guests],
    isOnlineMeeting: meeting.video === true,
    created: new Date(now - 60 * day).toISOString(),
    modified: new Date(now - (20 - (meeting.key.length % 10)) * day).toISOString(),
    exceptions: exceptionsOf(meeting, start, end),
  };
};

const empty = (): MicrosoftState => ({
  tenants: [],
  users: [],
  events: [],
  changes: 0,
  sync: { generation: {}, code: 'syncStateNotFound', masters: false },
  limits: [],
  policies: {},
  interaction: {},
  oauth: makeOAuth([
    {
      id: demo.client,
      secret: demo.secret,
      redirectPatterns: [redirectPattern],
      details: { tenants: { [demo.tenant]: ['Calendars.Read'] } },
    },
  ]),
  signing: makeKey(),
});

export const seed = (): MicrosoftState => {
  const state = empty();
  addTenant(state, { id: demo.tenant, name: 'Acme', domains: ['acme.example', 'acme.onmicrosoft.example'] });
  for (const [who, { email, givenName, familyName }] of Object.entries(people)) {
    addUser(state, {
      userPrincipalName: email,
      id: ids[who as Who],
      displayName: `${givenName} ${familyName}`,
      givenName,
      surname: familyName,
      mailbox: true,
    });
  }
  const now = standinNow();
  for (const meeting of meetings) {
    const mailbox = userNamed(state, people[meeting.by].email);
    if (!mailbox) continue;
    const event = addInput(state, mailbox, input(meeting, now));
    if (meeting.cancelled) removeEvent(state, event);
  }
  return state;
};
