import { describe, expect, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { customZone, event, file } from './ics.ts';

/** A file that is none, lies, or would keep us busy is refused soon, by the name of its field. */

const at = 'DTSTART:20270322T090000Z';
const many = (count: number, make: (number: number) => string[]): string[] =>
  Array.from({ length: count }, (_, number) => make(number)).flat();

const zone = (name: string, ...rules: string[]): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${name}`,
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0100',
  ...rules,
  'END:STANDARD',
  'END:VTIMEZONE',
];
const inZone = (...rules: string[]): string =>
  file(...zone('Odd', ...rules), ...event('DTSTART;TZID=Odd:20270322T090000'));

const refused: [string, string][] = [
  ['nothing but blanks', ' \r\n '],
  ['no calendar', 'hello'],
  ['a page', '<!doctype html><title>Sign in</title>'],
  ['JSON', '{"events":[]}'],
  ['a card', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEND:VCARD\r\n'],
  ['an event outside of a calendar', event(at).join('\r\n')],
  ['a calendar that does not end', file(...event(at)).replace('END:VCALENDAR', '')],
  ['an event that does not end', file('BEGIN:VEVENT', 'UID:x', at)],
  ['calendars inside of calendars without end', 'BEGIN:VCALENDAR\r\n'.repeat(10_000)],
  ['a line that is no property', file(...event(at, 'x'.repeat(150_000)))],
  ['a quote that does not end', file(...event(at, `ATTENDEE;CN="${'a'.repeat(150_000)}`))],
  ['201 events', file(...many(201, () => event(at)))],
  ['a day there is not', file(...event('DTSTART:20270230T250000Z'))],
  ['a year there is not', file(...event('DTSTART:99999999T999999Z'))],
  ['a time that is a text', file(...event('DTSTART;VALUE=TEXT:tomorrow'))],
  ['a duration of ages', file(...event(at, 'DURATION:P99999999999W'))],
  ['a duration of ages back', file(...event(at, 'DURATION:-P99999999999W'))],
  ['a duration that is none', file(...event(at, 'DURATION:a while'))],
  ['an original time that is none', file(...event(at, 'RECURRENCE-ID:sometime'))],
  ['a zone that changes every second', inZone('RRULE:FREQ=SECONDLY')],
  ['a zone that changes every hour', inZone('RRULE:FREQ=HOURLY;INTERVAL=1')],
  [
    'a zone that changes all the year',
    inZone('RRULE:FREQ=YEARLY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4,5,6,7,8;BYSECOND=1,2,3,4,5,6,7,8'),
  ],
  [
    'a second rule behind a good one',
    inZone('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'RRULE:FREQ=SECONDLY'),
  ],
  [
    'hundreds of zones',
    file(
      ...many(100, (number) => customZone(`Zone ${number}`)),
      ...many(100, (number) => event(`DTSTART;TZID=Zone ${number}:20270322T090000`)),
    ),
  ],
];

describe('is refused', () => {
  it.each(refused)('%s', { timeout: 10_000 }, async (_, ics) => {
    const admin = caller();
    const before = await footprint(admin);

    const reply = await admin.post('/calendar/import', { ics });

    expectProblem(reply, 400, 'invalid_request', 'ics');
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([
    ['nothing', '', 400, 'invalid_request'],
    [
      'more than 200,000 characters',
      file(...event(at, `DESCRIPTION:${'x'.repeat(200_000)}`)),
      400,
      'invalid_request',
    ],
    ['a file over the limit of any body', 'x'.repeat(270_000), 413, 'payload_too_large'],
  ] as const)('%s', async (_, ics, status, code) => {
    const reply = await caller().post('/calendar/import', { ics });

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    if (status === 400) expectProblem(reply, 400, 'invalid_request', 'ics');
  });

  it.each([
    ['neither a file nor an event', {}],
    ['both', { ics: file(...event(at)), integrationId: 'int_o_x', externalId: 'x' }],
    ['a person without a mail address', { ics: file(...event(at)), persons: [{ id: 'p', email: 'nobody' }] }],
    [
      'more than 500 persons',
      {
        ics: file(...event(at)),
        persons: Array.from({ length: 501 }, (_, number) => ({
          id: `p_${number}`,
          email: `p${number}@x.example`,
        })),
      },
    ],
  ])('%s', async (_, body) => {
    const reply = await caller().post('/calendar/import', body);

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(reply.body.errors.length).toBeGreaterThan(0);
  });
});

const endured: [string, string, number][] = [
  ['200 events', file(...many(200, () => event(at))), 200],
  [
    'thousands of guests, of whom it keeps 200',
    file(...event(at, ...many(5_000, (number) => [`ATTENDEE:mailto:g${number}@x.example`]))),
    1,
  ],
  [
    'a guest with tens of thousands of parameters',
    file(...event(at, `ATTENDEE${';X=1'.repeat(40_000)}:mailto:a@x.example`)),
    1,
  ],
  ['a title of folds', file(...event(at, `SUMMARY:${'a\r\n '.repeat(40_000)}`)), 1],
  [
    'a title of markup inside of markup',
    file(...event(at, `SUMMARY:${'<scr'.repeat(20_000)}${'ipt>'.repeat(20_000)}`)),
    1,
  ],
  ['ends without beginnings', file('END:VEVENT', 'END:VEVENT'), 0],
  ['tasks and notes, but no event', file('BEGIN:VTODO', 'UID:todo', 'END:VTODO'), 0],
  ['a rule for ever, every second', file(...event(at, 'RRULE:FREQ=SECONDLY')), 1],
  [
    'properties named as those of objects',
    file(...event(at, '__proto__:x', 'CONSTRUCTOR;__proto__=y:z', 'SUMMARY;__proto__=a:Fine')),
    1,
  ],
  [
    'a zone named as a property of objects',
    file(...customZone('__proto__'), ...event('DTSTART;TZID=__proto__:20270322T090000')),
    1,
  ],
];

describe('is endured', () => {
  it.each(endured)('%s', { timeout: 10_000 }, async (_, ics, count) => {
    const { status, body, text } = await caller().post('/calendar/import', { ics });

    expect([status, body.events?.length]).toEqual([200, count]);
    for (const { title, attendees } of body.events) {
      expect(title.length).toBeLessThanOrEqual(300);
      expect(attendees.length).toBeLessThanOrEqual(200);
    }
    expect(text).not.toMatch(/<script/i);
  });
});
