import { dateOf, day, instantOf, type Moment, wallAt, wallOfDate } from './time/zone.ts';

/** The meetings of the company Acme around the moment of seeding, for every stand-in that has calendars. */

export const people = {
  ada: { email: 'ada@acme.example', givenName: 'Ada', familyName: 'Lovelace', zone: 'Europe/London' },
  grace: { email: 'grace@acme.example', givenName: 'Grace', familyName: 'Hopper', zone: 'America/New_York' },
  linus: { email: 'linus@acme.example', givenName: 'Linus', familyName: 'Park', zone: 'Europe/Helsinki' },
} as const;

export type Who = keyof typeof people;
export type Answer = 'accepted' | 'tentative' | 'declined' | 'needsAction';

type Exception = { nth: number; cancelled?: boolean; shiftMinutes?: number; summary?: string };
type Details = {
  /** People of elsewhere. */
  guests?: string[];
  description?: string;
  location?: string;
  rule?: string;
  video?: boolean;
  private?: boolean;
  cancelled?: boolean;
  /** Instances that differ, by their number in the series. */
  exceptions?: Exception[];
};

export type Meeting = Details & {
  /** Also the stem of its id, so that demos can name it. */
  key: string;
  by: Who;
  summary: string;
  /** Days from the day of seeding, and the wall clock of the organizer; null takes whole days. */
  on: number;
  at: string | null;
  /** Minutes, or days. */
  length: number;
  with: Partial<Record<Who, Answer>>;
};

type Row = [
  key: string,
  by: Who,
  summary: string,
  on: number,
  at: string | null,
  length: number,
  who: string,
  details?: Details,
];

/** `~` before a name is tentative, `!` declined, `?` not answered. */
const marks: Record<string, Answer> = { '~': 'tentative', '!': 'declined', '?': 'needsAction' };

const asMeeting = ([key, by, summary, on, at, length, who, details = {}]: Row): Meeting => ({
  ...{ key, by, summary, on, at, length, ...details },
  with: Object.fromEntries(
    who
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => [name.replace(/^\W/, ''), marks[name[0] ?? ''] ?? 'accepted']),
  ),
});

const all = 'ada grace linus';

const standup: Details = {
  rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  video: true,
  exceptions: [
    { nth: 3, cancelled: true },
    { nth: 8, shiftMinutes: 60 },
  ],
};
const weekly: Details = {
  rule: 'FREQ=WEEKLY',
  exceptions: [
    { nth: 6, cancelled: true },
    { nth: 8, shiftMinutes: 90, summary: '1:1 Ada / Linus (moved)' },
  ],
};
const fortnightly: Details = { rule: 'FREQ=WEEKLY;INTERVAL=2', video: true };
const sixTimes: Details = { rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=6', video: true };
const drafts: Details = { video: true, description: 'WEB-1: the drafts are in the usual folder.' };
const call = (guest: string): Details => ({ guests: [guest], video: true });
const at = (location: string): Details => ({ location });
const secret: Details = { private: true };

const rows: Row[] = [
  ['standup', 'ada', 'Daily stand-up', -42, '14:00', 15, all, standup],
  ['oneonone', 'ada', '1:1 Ada / Linus', -55, '10:00', 30, 'ada linus', weekly],
  ['onetoonegrace', 'ada', '1:1 Ada / Grace', -48, '15:30', 30, 'ada grace', fortnightly],
  ['retro', 'grace', 'Sprint retrospective', -9, '11:00', 60, all, sixTimes],
  ['security', 'grace', 'Security training', -5, '09:30', 90, '!ada grace linus'],
  ['postmortem', 'linus', 'Post-mortem: disk full', -2, '15:00', 45, all, { video: true }],
  ['salary', 'ada', 'Salary round', -1, '11:00', 60, 'ada grace', secret],
  ['pairing', 'linus', 'Pairing: certificates', -1, '10:00', 120, 'linus ada'],
  ['review', 'linus', 'Design review: checkout', 0, '16:00', 45, 'ada ~grace linus', drafts],
  ['planning', 'grace', 'Sprint planning', 1, '09:00', 90, all, at('Room Turing')],
  ['focusgrace', 'grace', 'Focus: backups', 1, '13:00', 120, ''],
  ['focuslinus', 'linus', 'Focus: alerts', 1, '08:00', 120, ''],
  ['roadmap', 'ada', 'Roadmap: gift cards', 2, '11:00', 60, all, { description: 'WEB-12 and what follows.' }],
  ['hiring', 'grace', 'Interview: reliability engineer', 2, '14:00', 60, 'grace linus', secret],
  ['dentist', 'ada', 'Dentist', 3, '08:30', 45, '', secret],
  ['vendor', 'linus', 'Vendor call', 3, '13:00', 60, 'linus ?grace', call('sales@vendor.example')],
  ['budget', 'grace', 'Budget 2027', 4, '10:00', 60, '?ada grace', secret],
  ['demo', 'ada', 'Demo for customers', 5, '15:00', 60, all, call('carla@customer.example')],
  ['lunch', 'linus', 'Team lunch', 6, '12:00', 75, all, at('Canteen')],
  ['cancelled', 'grace', 'Quarterly kick-off', 7, '10:00', 60, all, { cancelled: true }],
  ['board', 'ada', 'Board update', 8, '17:00', 120, 'ada grace', at('Room Lovelace')],
  ['migration', 'linus', 'Data centre: moving day', 9, '07:00', 240, 'linus grace', at('Old data centre')],
  ['offsite', 'grace', 'Company offsite', 12, null, 2, 'ada grace ~linus', at('Lake house, Windermere')],
  ['holiday', 'linus', 'Linus on holiday', 15, null, 5, ''],
  ['birthday', 'ada', 'Anniversary of the company', 20, null, 1, all, { rule: 'FREQ=YEARLY' }],
];

const sharedRows: Row[] = [
  ['release', 'ada', 'Release train', -30, '10:00', 30, '', { rule: 'FREQ=WEEKLY;BYDAY=TH' }],
  ['freeze', 'linus', 'Change freeze', 10, null, 3, ''],
  ['oncall', 'linus', 'On call: Grace', 0, null, 7, ''],
  ['townhall', 'grace', 'Town hall', 6, '16:00', 60, '', { video: true }],
];

export const meetings: Meeting[] = rows.map(asMeeting);

/** The meetings of the calendar everybody shares. */
export const shared: Meeting[] = sharedRows.map(asMeeting);

/** When a meeting is that was planned relative to a moment. */
export const timesOf = (
  { by, on, at: time, length }: Meeting,
  now: number,
): { start: Moment; end: Moment } => {
  const { zone } = people[by];
  const date = dateOf(wallAt(now, zone) + on * day);
  if (time === null) return { start: { date }, end: { date: dateOf(wallOfDate(date) + length * day) } };
  const start = instantOf(Date.parse(`${date}T${time}:00Z`), zone);
  return { start: { at: start, zone }, end: { at: start + length * 60_000, zone } };
};
