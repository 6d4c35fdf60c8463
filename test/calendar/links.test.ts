import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { newId } from '../support/api.ts';
import { type Connected, ways } from './calendars.ts';

/** An event is linked to a meeting, and shows there when it is and where it is joined. */

const meeting = () => ({ type: 'Meeting', id: newId('meeting') });

const link = ({ admin, id }: Connected, externalId: string, entity: object = meeting()) =>
  admin.post('/links', { entity, integrationId: id, external: { type: 'event', id: externalId } });

describe.each(ways)('$way', ({ way, connect }) => {
  let held: Connected;
  beforeAll(async () => {
    held = await connect();
  });
  const isGoogle = way.startsWith('Google');

  it('links an event to a meeting and shows its time, its address and how to join', async () => {
    const [event = ''] = await held.add({
      title: 'Design review',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:30:00',
      location: 'Room Turing',
      video: true,
      guests: [{ email: 'guest@customer.example', name: 'Gina Guest', response: 'accepted' }],
    });
    const entity = meeting();

    const made = await link(held, event, entity);
    const shown = await held.admin.get(`/links?entityType=Meeting&entityId=${entity.id}`);

    expect(made.status).toBe(201);
    expect(shown.body.links).toEqual([made.body.link]);
    expect(made.body.link).toMatchObject({
      entity,
      integration: { id: held.id },
      external: {
        type: 'event',
        id: event,
        title: 'Design review',
        url: expect.stringMatching(
          isGoogle ? /^https:\/\/(www|calendar)\.google\.com\// : /^https:\/\/outlook\.office365\.com\//,
        ),
        metadata: {
          start: '2027-03-22T09:00:00.000Z',
          end: '2027-03-22T10:30:00.000Z',
          allDay: false,
          location: 'Room Turing',
          status: 'confirmed',
          organizer: { email: held.calendar.owner },
          joinUrl: expect.stringMatching(/^https:\/\/(meet\.google|teams\.microsoft)\.com\//),
          attendees: expect.arrayContaining([
            expect.objectContaining({ email: 'guest@customer.example', response: 'accepted' }),
          ]),
        },
      },
      state: 'ok',
    });
  });

  it.each(['MeetingInstance', 'OneOnOne'])('links an occurrence of a series to a %s', async (type) => {
    const [series = ''] = await held.add({
      title: '1:1',
      start: '2027-06-07T09:00:00',
      end: '2027-06-07T09:30:00',
      weeks: 3,
    });
    const { body } = await held.admin.post(`/integrations/${held.id}/search`, {
      query: '1:1',
      from: '2027-06-14',
      to: '2027-06-14',
    });
    const occurrence = body.items.find(
      ({ metadata }: { metadata: { recurringEventId: string } }) => metadata.recurringEventId === series,
    );

    const { status, body: made } = await link(held, occurrence.id, { type, id: newId('entity') });

    expect(status).toBe(201);
    expect(made.link.external.metadata).toMatchObject({ start: '2027-06-14T09:00:00.000Z' });
  });

  it('refuses to link an event to a person', async () => {
    const [event = ''] = await held.add({ title: 'A', start: '2027-03-22', end: '2027-03-23' });

    expectProblem(
      await link(held, event, { type: 'Person', id: newId('person') }),
      400,
      'invalid_request',
      'entity.type',
    );
  });

  it('links nothing to an event there is not', async () => {
    const [event = ''] = await held.add({ title: 'B', start: '2027-03-22', end: '2027-03-23' });
    const other = event.replace(/.{4}(=*)$/, 'AAAA$1');

    const reply = await link(held, isGoogle ? 'acmenosuchevent' : other);

    expectProblem(reply, 404, 'not_found');
  });

  it('shows the new time after a refresh, and that the event was called off', async () => {
    const { owner, provider, control } = held.calendar;
    const whose = provider === 'google_calendar' ? { calendar: owner } : { mailbox: owner };
    const [event = ''] = await held.add({
      title: 'Moving',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:00:00',
    });
    const { body } = await link(held, event);
    const refreshed = async () => (await held.admin.post(`/links/${body.link.id}/refresh`)).body.link;
    const time = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });

    await control('events/change', {
      ...whose,
      id: event,
      change: { start: time('2027-03-25T15:00:00'), end: time('2027-03-25T16:00:00') },
    });
    const moved = await refreshed();
    await control('events/delete', { ...whose, id: event });
    const ended = await refreshed();

    expect(moved.external.metadata).toMatchObject({
      start: '2027-03-25T15:00:00.000Z',
      end: '2027-03-25T16:00:00.000Z',
    });
    // Google keeps what was deleted and says that it is cancelled; Outlook knows it no longer.
    expect([ended.state, ended.external.metadata.status]).toEqual(
      isGoogle ? ['ok', 'cancelled'] : ['missing', 'confirmed'],
    );
  });

  it('shows the time of an event with more guests than a link keeps', async () => {
    const guests = Array.from({ length: 180 }, (_, number) => ({
      email: `guest-${number}@a-rather-long-name-of-a-customer.example`,
      name: `A Guest With A Longer Name ${number}`,
    }));
    const [event = ''] = await held.add({
      title: 'All hands',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:00:00',
      video: true,
      guests,
    });

    const { status, body, text } = await link(held, event);

    expect(status).toBe(201);
    expect(text.length).toBeLessThan(12_000);
    expect(body.link.external.metadata).toMatchObject({
      start: '2027-03-22T09:00:00.000Z',
      end: '2027-03-22T10:00:00.000Z',
      joinUrl: expect.stringMatching(/^https:/),
    });
  });
});
