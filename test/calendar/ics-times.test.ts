import { describe, expect, it } from 'vitest';
import { windowsZones } from '../../lib/connectors/windows-zones.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller, newId } from '../support/api.ts';
import { searched, ways } from './calendars.ts';
import { customZone, event, file, importer } from './ics.ts';

/** When an event of an iCalendar file is, and which occurrence of a series. */

const importing = importer();

const timed = (start: string, end: string): string[] => event(`DTSTART${start}`, `DTEND${end}`);

describe('the time of an event', () => {
  const winter = '20270322T090000';
  const summer = '20270329T090000';
  const inBerlin = ['2027-03-22T08:00:00.000Z', '2027-03-29T07:00:00.000Z'];

  it.each([
    ['an IANA zone without its rules', 'Europe/Berlin', [], inBerlin, 'Europe/Berlin'],
    ['an IANA zone in quotes', '"Europe/Berlin"', [], inBerlin, 'Europe/Berlin'],
    ['a zone of Windows without its rules', 'W. Europe Standard Time', [], inBerlin, 'Europe/Berlin'],
    [
      'a zone of Windows with its rules',
      'W. Europe Standard Time',
      customZone('W. Europe Standard Time'),
      inBerlin,
      'Europe/Berlin',
    ],
    [
      'a zone the file defines',
      'Customized Time Zone',
      customZone('Customized Time Zone'),
      inBerlin,
      undefined,
    ],
    [
      'another zone of Windows',
      'New Zealand Standard Time',
      [],
      ['2027-03-21T20:00:00.000Z', '2027-03-28T20:00:00.000Z'],
      'Pacific/Auckland',
    ],
    ['UTC by its name', 'UTC', [], ['2027-03-22T09:00:00.000Z', '2027-03-29T09:00:00.000Z'], 'UTC'],
  ])('is that of the wall, before and after the clocks change: %s', async (_, zone, rules, wanted, name) => {
    const times = [winter, summer].flatMap((at) => timed(`;TZID=${zone}:${at}`, `;TZID=${zone}:${at}`));

    const events = await importing(file(...rules, ...times));

    expect(events.map(({ start }: { start: string }) => start)).toEqual(wanted);
    expect(events.map(({ timeZone }: { timeZone?: string }) => timeZone)).toEqual([name, name]);
  });

  it.each([
    ['in the zone of its calendar', ['X-WR-TIMEZONE:America/New_York'], '2027-03-22T13:00:00.000Z'],
    ['in UTC, where there is none', [], '2027-03-22T09:00:00.000Z'],
  ])('without a zone is read %s', async (_, lines, wanted) => {
    const events = await importing(file(...lines, ...timed(`:${winter}`, `:${winter}`)));

    expect(events).toMatchObject([{ start: wanted }]);
  });

  it('may begin in one zone and end in another', async () => {
    const [found] = await importing(
      file(...timed(';TZID=Europe/Berlin:20270322T090000', ';TZID=America/New_York:20270322T090000')),
    );

    expect(found).toMatchObject({ start: '2027-03-22T08:00:00.000Z', end: '2027-03-22T13:00:00.000Z' });
  });

  it.each([
    ['that comes twice is the first', '20271031T023000', '2027-10-31T00:30:00.000Z'],
    ['that is skipped goes on from before', '20270328T023000', '2027-03-28T01:30:00.000Z'],
  ])('in an hour %s', async (_, at, wanted) => {
    const events = await importing(file(...timed(`;TZID=Europe/Berlin:${at}`, `;TZID=Europe/Berlin:${at}`)));

    expect(events).toMatchObject([{ start: wanted }]);
  });

  it('in a zone of one file means nothing to the next file', async () => {
    const at = timed(`;TZID=Customized Time Zone:${winter}`, `;TZID=Customized Time Zone:${winter}`);
    await importing(file(...customZone('Customized Time Zone'), ...at));

    const ics = file(...timed(`;TZID=Customized Time Zone:${winter}`, `:${winter}`));
    const later = await caller().post('/calendar/import', { ics });

    expectProblem(later, 400, 'invalid_request', 'ics');
    expect(later.body.errors[0].message).toContain('“Customized Time Zone”');
  });
});

it.each([
  ['a day that no month has', 'DTSTART:20260230T090000Z'],
  ['a whole day that no month has', 'DTSTART;VALUE=DATE:20260230'],
  ['a month that no year has', 'DTSTART:20261301T090000Z'],
  ['the 24th hour of a day', 'DTSTART:20260228T240000Z'],
  ['an end before its beginning', 'DTSTART:20260228T090000Z', 'DTEND:20260228T080000Z'],
  ['a duration that goes back', 'DTSTART:20260228T090000Z', 'DURATION:-PT1H'],
  ['an end on a day that no month has', 'DTSTART:20260228T090000Z', 'DTEND:20260431T090000Z'],
])('%s is refused, not moved', async (_, ...lines) => {
  expectProblem(
    await caller().post('/calendar/import', { ics: file(...event(...lines)) }),
    400,
    'invalid_request',
    'ics',
  );
});

it.each([
  [
    'UID',
    file(...event('DTSTART:20260228T090000Z'), 'BEGIN:VEVENT', 'DTSTART:20260228T090000Z', 'END:VEVENT'),
  ],
  ['DTSTART', file(...event('DTSTART:20260228T090000Z'), 'BEGIN:VEVENT', 'UID:x', 'END:VEVENT')],
])('an event without %s is told with its place in the file', async (name, ics) => {
  const reply = await caller().post('/calendar/import', { ics });

  expectProblem(reply, 400, 'invalid_request', 'ics');
  expect(reply.body.errors[0].message).toBe(`has an event without ${name}, the 2. of the file`);
});

describe('a series', () => {
  const uid = newId('series');
  const master = event(
    `UID:${uid}`,
    'SUMMARY:Weekly',
    'DTSTART;TZID=Europe/Berlin:20270322T090000',
    'DURATION:PT30M',
    'RRULE:FREQ=WEEKLY',
  );
  const moved = (sequence: number, day: string): string[] =>
    event(
      `UID:${uid}`,
      'SUMMARY:Weekly (moved)',
      'RECURRENCE-ID;TZID=Europe/Berlin:20270329T090000',
      `DTSTART;TZID=Europe/Berlin:${day}T140000`,
      'DURATION:PT30M',
      `SEQUENCE:${sequence}`,
    );

  it('is one event, and each changed occurrence one of its own, imported once each', async () => {
    const first = await importing(file(...master, ...moved(1, '20270330')));
    const second = await importing(file(...master, ...moved(2, '20270331')));

    expect(first).toMatchObject([
      { uid, imported: true, recurring: true, title: 'Weekly', start: '2027-03-22T08:00:00.000Z' },
      {
        uid,
        imported: true,
        recurring: true,
        title: 'Weekly (moved)',
        start: '2027-03-30T12:00:00.000Z',
        originalStart: '2027-03-29T07:00:00.000Z',
      },
    ]);
    expect(first[0]).not.toHaveProperty('originalStart');
    expect(second).toMatchObject([
      { imported: false },
      { imported: false, start: '2027-03-31T12:00:00.000Z' },
    ]);
  });

  it('shows only the newest of several versions', async () => {
    const events = await importing(file(...moved(7, '20270402'), ...moved(3, '20270401')));

    expect(events).toMatchObject([{ start: '2027-04-02T12:00:00.000Z' }]);
  });

  it('is the same occurrence, whether it comes by a file or from Google', async () => {
    const held = await ways[0]?.connect();
    if (!held) throw new Error('Google is no way.');
    await held.add({ title: 'Both', start: '2027-06-07T09:00:00', end: '2027-06-07T09:30:00', weeks: 3 });
    const { items } = await searched(held, { from: '2027-06-14', to: '2027-06-14' });
    const [item] = items;

    const fromGoogle = await held.admin.post('/calendar/import', {
      integrationId: held.id,
      externalId: item.id,
    });
    const { uid: of, originalStart } = fromGoogle.body.events[0];
    const stamp = originalStart.replaceAll(/[-:]|\.\d+/g, '');
    const fromFile = await held.admin.post('/calendar/import', {
      ics: file(...event(`UID:${of}`, `RECURRENCE-ID:${stamp}`, 'DTSTART:20270616T150000Z')),
    });

    expect(fromGoogle.body.events).toMatchObject([{ imported: true }]);
    expect(fromFile.body.events).toMatchObject([{ uid: of, imported: false, originalStart }]);
  });
});

describe('the zones of Windows', () => {
  it('each stand for one that everybody knows', () => {
    const unknown = Object.values(windowsZones).filter((zone) => {
      try {
        return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) === '';
      } catch {
        return true;
      }
    });

    expect(unknown).toEqual([]);
    expect(Object.keys(windowsZones).length).toBeGreaterThan(130);
  });
});
