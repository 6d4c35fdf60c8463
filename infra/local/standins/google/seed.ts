import { makeOAuth } from '../oauth/index.ts';
import { standinNow } from '../standin.ts';
import { type Meeting, meetings, people, shared, timesOf, type Who } from './acme.ts';
import { endEvent } from './calendar/make.ts';
import { knownScopes } from './calendar/scopes.ts';
import { addServiceAccount, addUser, makeCalendar } from './controls/accounts.ts';
import { addInput, type EventInput } from './controls/events.ts';
import { makeKey } from './oauth/identity.ts';
import { calendarNamed, type GoogleState } from './state.ts';
import { starts } from './time/recurrence.ts';
import { day, type Moment, rfc3339, shift } from './time/zone.ts';

/** The company Acme at Google: three people, a calendar they share, an OAuth app and a service account. */

export const demo = {
  client: 'acme-demo-google',
  secret: 'acme-demo-google-secret',
  serviceAccount: 'integrations@acme-demo.iam.gserviceaccount.com',
  team: 'team@acme.example',
};

/** Any port of this machine, and any provider's callback: the app has one for all of Google. */
const redirectPattern = 'http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?/api/v1/oauth/callback/[\\w-]+';

const ids: Record<Who, string> = {
  ada: '100000000000000000001',
  grace: '100000000000000000002',
  linus: '100000000000000000003',
};

const time = (when: Moment) =>
  'date' in when ? when : { dateTime: rfc3339(when.at, when.zone), timeZone: when.zone };

const instanceName = (start: Moment): string =>
  'date' in start
    ? start.date.replaceAll('-', '')
    : `${new Date(start.at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

const exceptionsOf = (meeting: Meeting, start: Moment, end: Moment) => {
  const lines = meeting.rule === undefined ? [] : [`RRULE:${meeting.rule}`];
  const until = ('at' in start ? start.at : 0) + 400 * day;
  const all = lines.length > 0 ? starts(start, lines, Number.NEGATIVE_INFINITY, until) : [];
  return (meeting.exceptions ?? []).flatMap(({ nth, cancelled, shiftMinutes = 0, summary }) => {
    const original = all[nth];
    if (!original || !('at' in original) || !('at' in start) || !('at' in end)) return [];
    const moved = original.at - start.at + shiftMinutes * 60_000;
    const changes = { start: time(shift(start, moved)), end: time(shift(end, moved)) };
    return [
      {
        at: instanceName(original),
        ...(cancelled ? { cancelled } : { ...changes, ...(summary !== undefined && { summary }) }),
      },
    ];
  });
};

const input = (meeting: Meeting, now: number): EventInput => {
  const { start, end } = timesOf(meeting, now);
  const invited = Object.entries(meeting.with ?? {}).map(([who, responseStatus]) => ({
    email: people[who as Who].email,
    responseStatus,
  }));
  const guests = (meeting.guests ?? []).map((email) => ({ email, responseStatus: 'needsAction' }));
  return {
    id: `acme${meeting.key.replaceAll(/[w-z]/g, '0')}`,
    summary: meeting.summary,
    start: time(start),
    end: time(end),
    ...(meeting.description !== undefined && { description: meeting.description }),
    ...(meeting.location !== undefined && { location: meeting.location }),
    ...(meeting.rule !== undefined && { recurrence: [`RRULE:${meeting.rule}`] }),
    ...(meeting.private && { visibility: 'private' }),
    ...(invited.length + guests.length > 0 && { attendees: [...invited, ...guests] }),
    meet: meeting.video === true,
    creator: people[meeting.by].email,
    created: new Date(now - 60 * day).toISOString(),
    updated: new Date(now - (20 - (meeting.key.length % 10)) * day).toISOString(),
    exceptions: exceptionsOf(meeting, start, end),
  };
};

const addMeetings = (state: GoogleState, list: Meeting[], calendarId?: string): void => {
  const now = standinNow();
  for (const meeting of list) {
    const calendar = calendarNamed(state, calendarId ?? people[meeting.by].email);
    if (!calendar) continue;
    const event = addInput(state, calendar, input(meeting, now));
    if (meeting.cancelled) endEvent(state, event);
  }
};

const empty = (): GoogleState => ({
  users: [],
  serviceAccounts: [],
  calendars: [],
  events: [],
  changes: 0,
  limits: [],
  oauth: makeOAuth([{ id: demo.client, secret: demo.secret, redirectPatterns: [redirectPattern] }]),
  signing: makeKey(),
});

export const seed = (): GoogleState => {
  const state = empty();
  for (const [who, person] of Object.entries(people)) {
    const { email, givenName, familyName, zone } = person;
    addUser(state, { email, id: ids[who as Who], givenName, familyName, timeZone: zone });
  }
  const team = makeCalendar({
    id: demo.team,
    owner: people.ada.email,
    primary: false,
    summary: 'Acme Team',
    description: 'What concerns everybody',
    timeZone: 'Europe/London',
    listedBy: Object.values(people).map(({ email }) => email),
    acl: { '@acme.example': 'writer', [demo.serviceAccount]: 'reader' },
  });
  state.calendars.push(team);
  addServiceAccount(state, {
    email: demo.serviceAccount,
    projectId: 'acme-demo',
    delegations: [{ domain: 'acme.example', scopes: knownScopes }],
  });
  addMeetings(state, meetings);
  addMeetings(state, shared, demo.team);
  return state;
};
