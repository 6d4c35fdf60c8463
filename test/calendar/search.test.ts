import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import type { Reply } from '../support/api.ts';
import { type Connected, searched, titlesOf, ways } from './calendars.ts';

/** Events are found by text and dates, whoever holds the calendar and however it was connected. */

describe.each(ways)('$way', ({ connect }) => {
  let held: Connected;
  beforeAll(async () => {
    held = await connect();
    await held.add(
      {
        title: 'Budget review',
        start: '2027-03-22T09:00:00',
        end: '2027-03-22T10:00:00',
        location: 'Room Turing',
      },
      { title: 'Budget workshop', start: '2027-03-23T23:30:00', end: '2027-03-24T00:30:00' },
      { title: 'Team lunch', start: '2027-03-23T12:00:00', end: '2027-03-23T13:00:00' },
      { title: 'Budget closing', start: '2027-04-20T09:00:00', end: '2027-04-20T10:00:00' },
      { title: 'Company offsite', start: '2027-05-10', end: '2027-05-12' },
      {
        title: 'Planning',
        start: '2027-06-07T09:00:00',
        end: '2027-06-07T09:45:00',
        weeks: 4,
        without: '2027-06-14',
        moved: { from: '2027-06-21', to: '2027-06-23' },
      },
    );
  });

  it('finds by text, in any case, only what has it', async () => {
    const { items, nextCursor } = await searched(held, {
      query: 'bUdGeT',
      from: '2027-03-20',
      to: '2027-03-31',
    });

    expect(titlesOf(items)).toEqual(['Budget review', 'Budget workshop']);
    expect(nextCursor).toBeNull();
  });

  it('finds what is in all of the words', async () => {
    const { items } = await searched(held, {
      query: 'review budget turing',
      from: '2027-01-01',
      to: '2027-12-31',
    });

    expect(titlesOf(items)).toEqual(['Budget review']);
  });

  it('finds by days, the first and the last of them included', async () => {
    const both = await searched(held, { from: '2027-03-22', to: '2027-03-23' });
    const second = await searched(held, { from: '2027-03-23', to: '2027-03-23' });

    expect(titlesOf(both.items)).toEqual(['Budget review', 'Team lunch', 'Budget workshop']);
    expect(titlesOf(second.items)).toEqual(['Team lunch', 'Budget workshop']);
  });

  it('finds by moments, the last of them not included', async () => {
    const until = await searched(held, { from: '2027-03-23T00:00:00Z', to: '2027-03-23T12:00:00Z' });
    const after = await searched(held, { from: '2027-03-23T00:00:00Z', to: '2027-03-23T14:00:01+02:00' });

    expect(titlesOf(until.items)).toEqual([]);
    expect(titlesOf(after.items)).toEqual(['Team lunch']);
  });

  it('looks from 30 days back to 90 ahead without dates', async () => {
    const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 13);
    const meeting = (title: string, days: number) => ({
      title,
      start: `${at(days)}:00:00`,
      end: `${at(days)}:30:00`,
    });
    await held.add(
      meeting('Window long ago', -32),
      meeting('Window of late', -28),
      meeting('Window soon', 88),
      meeting('Window far ahead', 92),
    );

    const { items } = await searched(held, { query: 'window' });

    const later = await searched(held, { query: 'window', from: at(91).slice(0, 10) });
    const earlier = await searched(held, { query: 'window', to: at(-31).slice(0, 10) });

    expect(titlesOf(items)).toEqual(['Window of late', 'Window soon']);
    expect(titlesOf(later.items)).toEqual(['Window far ahead']);
    expect(titlesOf(earlier.items)).toEqual(['Window long ago']);
  });

  it('gives each occurrence of a series, without those called off, with those moved', async () => {
    const { items } = await searched(held, { query: 'planning', from: '2027-06-01', to: '2027-07-31' });

    expect(items.map(({ metadata }) => metadata.start)).toEqual([
      '2027-06-07T09:00:00.000Z',
      '2027-06-23T09:00:00.000Z',
      '2027-06-28T09:00:00.000Z',
    ]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(3);
    expect(new Set(items.map(({ metadata }) => metadata.recurringEventId)).size).toBe(1);
    expect(items[0].metadata.recurringEventId).toMatch(/./);
  });

  it('keeps whole days as days, the end not included', async () => {
    const { items } = await searched(held, { query: 'offsite', from: '2027-05-11', to: '2027-05-11' });

    expect(items.map(({ metadata }) => metadata)).toEqual([
      expect.objectContaining({ allDay: true, start: '2027-05-10', end: '2027-05-12' }),
    ]);
    expect(items[0].metadata).not.toHaveProperty('timeZone');
  });

  it('gives one by its id, as the search did', async () => {
    const { items } = await searched(held, { query: 'lunch', from: '2027-03-01', to: '2027-03-31' });

    const { status, body } = await held.admin.get(
      `/integrations/${held.id}/entity?type=event&externalId=${encodeURIComponent(items[0].id)}`,
    );

    expect(status).toBe(200);
    expect(body.entity).toEqual(items[0]);
    expect(body.entity).toMatchObject({
      type: 'event',
      title: 'Team lunch',
      url: expect.stringMatching(/^https:/),
    });
  });

  it('gives an occurrence of a series by its id', async () => {
    const { items } = await searched(held, { query: 'planning', from: '2027-06-22', to: '2027-06-24' });

    const { body } = await held.admin.get(
      `/integrations/${held.id}/entity?type=event&externalId=${encodeURIComponent(items[0].id)}`,
    );

    expect(body.entity).toEqual(items[0]);
  });

  it('says of an id that nobody has that there is none, and refuses one of another form', async () => {
    const [unknown, malformed] = await Promise.all(
      ['acmenosuchevent', '../../me'].map((externalId) =>
        held.admin.get(
          `/integrations/${held.id}/entity?type=event&externalId=${encodeURIComponent(externalId)}`,
        ),
      ),
    );

    expectProblem(unknown as Reply, 404, 'not_found');
    expectProblem(malformed as Reply, 400, 'invalid_request', 'externalId');
  });

  it('refuses dates that end before they begin', async () => {
    const reply = await held.admin.post(`/integrations/${held.id}/search`, {
      type: 'event',
      from: '2027-03-22',
      to: '2027-03-21',
    });

    expectProblem(reply, 400, 'invalid_request', 'to');
  });
});

describe('a day is the same day', () => {
  const zones = ['Pacific/Kiritimati', 'Pacific/Auckland', 'Europe/Berlin', 'Pacific/Honolulu', 'Etc/GMT+12'];
  const google = ways.filter(({ way }) => way.startsWith('Google'));

  it.each(zones.flatMap((zone) => google.map((one) => ({ zone, ...one }))))(
    'in a calendar of $zone: $way',
    async ({ zone, connect }) => {
      const held = await connect(zone);
      await held.add({ title: 'Feast', start: '2027-03-24', end: '2027-03-25' });
      const found = async (day: string) => titlesOf((await searched(held, { from: day, to: day })).items);

      expect(await Promise.all(['2027-03-23', '2027-03-24', '2027-03-25'].map(found))).toEqual([
        [],
        ['Feast'],
        [],
      ]);
    },
  );
});

describe('an hour of the wall clock', () => {
  it.each(ways)('stays that hour when the clocks change: $way', async ({ connect }) => {
    const held = await connect('Europe/Berlin');
    await held.add({
      title: 'Stand-up',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T09:15:00',
      zone: 'Europe/Berlin',
      weeks: 2,
    });

    const { items } = await searched(held, { from: '2027-03-20', to: '2027-04-05' });

    expect(items.map(({ metadata }) => [metadata.start, metadata.timeZone])).toEqual([
      ['2027-03-22T08:00:00.000Z', 'Europe/Berlin'],
      ['2027-03-29T07:00:00.000Z', 'Europe/Berlin'],
    ]);
  });

  it('is shown in the zone by the name everybody knows, though Outlook has another', async () => {
    const held = await ways[2]?.connect();
    if (!held) throw new Error('Outlook is no way.');
    await held.add({
      title: 'Kick-off',
      start: '2027-03-22T09:00:00',
      end: '2027-03-22T10:00:00',
      zone: 'W. Europe Standard Time',
    });

    const { items } = await searched(held, { from: '2027-03-22', to: '2027-03-22' });

    expect(items[0].metadata).toMatchObject({
      start: '2027-03-22T08:00:00.000Z',
      timeZone: 'Europe/Berlin',
    });
  });
});
