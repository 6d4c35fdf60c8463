import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller, company } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { type Connected, searched, ways } from './calendars.ts';

/** An event of a connected calendar becomes what a meeting needs, once for the organisation. */

const imported = ({ admin, id }: Connected, externalId: string, more: object = {}) =>
  admin.post('/calendar/import', { integrationId: id, externalId, ...more });

describe.each(ways)('$way', ({ way, connect }) => {
  let held: Connected;
  beforeAll(async () => {
    held = await connect();
  });

  it('gives title, time, duration, place, organiser and guests, with the persons they are', async () => {
    const [event = ''] = await held.add({
      title: 'Design review',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:30:00',
      zone: 'Europe/Berlin',
      location: 'Room Turing',
      video: true,
      guests: [
        { email: 'Ada.Lovelace@People.example', name: 'Ada', response: 'accepted' },
        { email: 'grace+boats@people.example', response: 'declined' },
        { email: 'linus@people.example', response: 'tentative' },
      ],
    });
    const persons = [
      { id: 'p_ada', email: 'ada.lovelace@people.example' },
      { id: 'p_grace', email: 'grace@people.example' },
      { id: 'p_linus', email: 'LINUS@people.EXAMPLE' },
      { id: 'p_olga', email: held.calendar.owner.toUpperCase() },
      { id: 'p_nobody', email: 'nobody@people.example' },
    ];

    const { status, body } = await imported(held, event, { persons });

    expect(status).toBe(200);
    expect(body.events).toEqual([
      {
        uid: expect.stringMatching(/./),
        imported: true,
        title: 'Design review',
        start: '2027-03-22T08:00:00.000Z',
        end: '2027-03-22T09:30:00.000Z',
        allDay: false,
        durationMinutes: 90,
        timeZone: 'Europe/Berlin',
        location: 'Room Turing',
        joinUrl: expect.stringMatching(/^https:/),
        status: 'confirmed',
        recurring: false,
        organizer: expect.objectContaining({ email: held.calendar.owner, personId: 'p_olga' }),
        attendees: expect.any(Array),
      },
    ]);
    const guests = body.events[0].attendees.filter(
      ({ email }: { email: string }) => email !== held.calendar.owner,
    );
    expect(guests).toEqual([
      { email: 'ada.lovelace@people.example', name: 'Ada', response: 'accepted', personId: 'p_ada' },
      // A plus makes another address: whose it is, only its provider knows.
      expect.not.objectContaining({ personId: expect.anything() }),
      expect.objectContaining({ email: 'linus@people.example', response: 'tentative', personId: 'p_linus' }),
    ]);
    expect(guests[1]).toMatchObject({ email: 'grace+boats@people.example', response: 'declined' });
  });

  it('gives days of an event that lasts whole days', async () => {
    const [event = ''] = await held.add({ title: 'Offsite', start: '2027-05-10', end: '2027-05-12' });

    const { body } = await imported(held, event);

    expect(body.events).toMatchObject([
      { allDay: true, start: '2027-05-10', end: '2027-05-12', durationMinutes: 2 * 24 * 60 },
    ]);
  });

  it('imports once, and tells it afterwards, also to a colleague and where ten ask at once', async () => {
    const [event = ''] = await held.add({
      title: 'Once',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:00:00',
    });

    const first = await Promise.all(Array.from({ length: 10 }, () => imported(held, event)));
    const later = await imported(held, event);

    const told = first.map(({ status, body }) => [status, body.events[0].imported]);
    expect(told.filter(([, isFirst]) => isFirst)).toEqual([[200, true]]);
    expect(told.map(([status]) => status)).toEqual(told.map(() => 200));
    expect(later.body.events).toMatchObject([{ imported: false, title: 'Once' }]);
  });

  it('imports each occurrence of a series once, though it is moved in between', async () => {
    await held.add({
      title: 'Series',
      start: '2027-06-07T09:00:00',
      end: '2027-06-07T09:30:00',
      weeks: 3,
    });
    const range = { query: 'series', from: '2027-06-01', to: '2027-06-30' };
    const { items } = await searched(held, range);
    const ids = items.map(({ id }) => id as string);
    const all = async () =>
      (await Promise.all(ids.map((id) => imported(held, id)))).map(({ body }) => body.events[0]);

    const first = await all();
    await held.calendar.control('events/change', {
      [way.startsWith('Google') ? 'calendar' : 'mailbox']: held.calendar.owner,
      id: ids[1],
      change: {
        start: { dateTime: '2027-06-16T15:00:00', timeZone: 'UTC' },
        end: { dateTime: '2027-06-16T15:30:00', timeZone: 'UTC' },
      },
    });
    const second = await all();

    expect(first.map((event) => [event.imported, event.recurring])).toEqual(ids.map(() => [true, true]));
    expect(second.map((event) => event.imported)).toEqual(ids.map(() => false));
    expect(second[1].start).toBe('2027-06-16T15:00:00.000Z');
  });

  it('refuses an event there is not, and an id that is none', async () => {
    expectProblem(await imported(held, 'acmenosuchevent'), 404, 'not_found');
    expectProblem(await imported(held, '../../me'), 400, 'invalid_request', 'externalId');
  });
});

describe('whose it is', () => {
  it('an import of one organisation is none of another’s, of the same event', async () => {
    const ics = (uid: string): string =>
      `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART:20270322T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
    const { admin, member, stranger } = company();
    const body = { ics: ics(`shared-${admin.organizationId}`) };

    const told = [];
    for (const who of [admin, member, stranger])
      told.push((await who.post('/calendar/import', body)).body.events[0].imported);

    expect(told).toEqual([true, false, true]);
  });

  it('a calendar of somebody’s own is nobody else’s to import from', async () => {
    const held = await ways[1]?.connect();
    if (!held) throw new Error('Google by consent is no way.');
    const [externalId = ''] = await held.add({ title: 'Mine', start: '2027-05-10', end: '2027-05-11' });
    const { organizationId } = held.admin;
    const colleague = caller({ organizationId });

    const reply = await colleague.post('/calendar/import', { integrationId: held.id, externalId });

    expectProblem(reply, 404, 'not_found');
  });

  it('an integration without events is named as the wrong one', async () => {
    const admin = caller();
    const { id: integrationId } = await connectedJira(admin, await aJiraSite());

    const reply = await admin.post('/calendar/import', { integrationId, externalId: 'any' });

    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([
      { path: 'integrationId', message: 'is an integration of Jira, which has no event' },
    ]);
  });
});
