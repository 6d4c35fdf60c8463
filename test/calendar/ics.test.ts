import { describe, expect, it } from 'vitest';
import { newId } from '../support/api.ts';
import { event, file, importer } from './ics.ts';

/** An iCalendar file becomes what meetings need, whoever wrote it. */

const importing = importer();

describe('what an event says', () => {
  it('comes out whole, with the persons its guests are', async () => {
    const uid = newId('uid');
    const persons = [
      { id: 'p_ada', email: 'ada@people.example' },
      { id: 'p_grace', email: 'grace@people.example' },
    ];

    const events = await importing(
      file(
        ...event(
          `UID:${uid}`,
          'SUMMARY:Design review\\, part two\\; with \\\\ and \\n a line',
          'DTSTART:20270322T090000Z',
          'DTEND:20270322T103000Z',
          'LOCATION:Room Turing\\, 2nd floor',
          'ORGANIZER;CN="Hopper, Grace":MAILTO:Grace@People.example',
          'ATTENDEE;CN=Ada;PARTSTAT=ACCEPTED:mailto:ADA@people.example',
          'ATTENDEE;PARTSTAT=declined:mailto:ada+boats@people.example',
          'ATTENDEE;CUTYPE=ROOM;CN=Turing:mailto:turing@rooms.example',
          'ATTENDEE;CN=No address:invalid:nomail',
          'ATTENDEE;CN=Apple;EMAIL=apple@people.example:/aMjAxNQ/principal/',
          'X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij',
          'STATUS:TENTATIVE',
        ),
      ),
      { persons },
    );

    expect(events).toEqual([
      {
        uid,
        imported: true,
        title: 'Design review, part two; with \\ and   a line',
        start: '2027-03-22T09:00:00.000Z',
        end: '2027-03-22T10:30:00.000Z',
        allDay: false,
        durationMinutes: 90,
        timeZone: 'UTC',
        location: 'Room Turing, 2nd floor',
        joinUrl: 'https://meet.google.com/abc-defg-hij',
        status: 'tentative',
        recurring: false,
        organizer: { email: 'grace@people.example', name: 'Hopper, Grace', personId: 'p_grace' },
        attendees: [
          { email: 'ada@people.example', name: 'Ada', response: 'accepted', personId: 'p_ada' },
          { email: 'ada+boats@people.example', response: 'declined' },
          { email: 'apple@people.example', name: 'Apple', response: 'none' },
        ],
      },
    ]);
  });

  it('is read over folded lines, also where a letter is cut in two, with other line ends and a byte order mark', async () => {
    const folded = 'SUMMARY:A meeting with a ti\r\n tle that goes o\r\n\tn – and übe\r\n r';
    const crlf = file(...event('DTSTART:20270322T090000Z', folded));

    const [first] = await importing(`\uFEFF${crlf}`);
    const [second] = await importing(
      file(...event('DTSTART:20270322T090000Z', folded)).replaceAll('\r\n', '\n'),
    );

    expect([first.title, second.title]).toEqual(
      Array.from({ length: 2 }, () => 'A meeting with a title that goes on – and über'),
    );
  });

  it.each([
    ['without an end is over at once', ['DTSTART:20270322T090000Z'], 0],
    ['lasts as long as it says', ['DTSTART:20270322T090000Z', 'DURATION:PT1H30M'], 90],
    ['of a day without an end is one day', ['DTSTART;VALUE=DATE:20270322'], 1440],
    ['of days ends before its end', ['DTSTART;VALUE=DATE:20270322', 'DTEND;VALUE=DATE:20270325'], 3 * 1440],
    [
      'of a day that ends on the same is that day',
      ['DTSTART;VALUE=DATE:20270322', 'DTEND;VALUE=DATE:20270322'],
      1440,
    ],
    ['of days may say how many', ['DTSTART;VALUE=DATE:20270322', 'DURATION:P2D'], 2 * 1440],
  ])('%s', async (_, lines, minutes) => {
    const [found] = await importing(file(...event(...lines)));

    const length = (Date.parse(found.end) - Date.parse(found.start)) / 60_000;
    expect([found.durationMinutes, length]).toEqual([minutes, minutes]);
  });

  it('keeps whole days as days, whatever the zone of the calendar', async () => {
    const [found] = await importing(
      file(
        'X-WR-TIMEZONE:Pacific/Kiritimati',
        ...event('DTSTART;VALUE=DATE:20270322', 'DTEND;VALUE=DATE:20270323'),
      ),
    );

    expect(found).toMatchObject({ allDay: true, start: '2027-03-22', end: '2027-03-23' });
    expect(found).not.toHaveProperty('timeZone');
  });

  it.each([
    ['STATUS:CANCELLED', file(...event('DTSTART:20270322T090000Z', 'STATUS:CANCELLED'))],
    ['METHOD:CANCEL', file('METHOD:CANCEL', ...event('DTSTART:20270322T090000Z', 'STATUS:CONFIRMED'))],
  ])('says that it was called off by %s', async (_, ics) => {
    expect(await importing(ics)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('comes out clean: no markup, no script address, no control characters', async () => {
    const [found] = await importing(
      file(
        ...event(
          'SUMMARY:<script>alert(1)</script>Review\u202E<img src=x onerror=alert(1)>',
          'DTSTART:20270322T090000Z',
          'LOCATION:<a href=javascript:alert(1)>Room',
          'URL:javascript:alert(1)',
          'ORGANIZER;CN=<svg/onload=x>Eve:mailto:eve\u202E@evil.example',
          'ATTENDEE;CN=<img src=x>Mallory:mailto:mallory@evil.example',
        ),
      ),
    );

    expect(found).toMatchObject({ title: 'alert(1)Review', location: 'Room' });
    expect(found).not.toHaveProperty('joinUrl');
    expect(found).not.toHaveProperty('organizer');
    expect(found.attendees).toEqual([{ email: 'mallory@evil.example', name: 'Mallory', response: 'none' }]);
  });
});
