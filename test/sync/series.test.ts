import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Connected, ways } from '../calendar/calendars.ts';
import { outlookEvent } from '../calendar/meetings.ts';
import { recordsOf, synced } from './synced.ts';

/** Recurring events: what is kept is each occurrence, by itself and where it is now. */

const day = 86_400_000;
const date = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10);
const weekly = {
  title: 'Standup',
  start: `${date(7)}T09:00:00`,
  end: `${date(7)}T09:30:00`,
  weeks: 4,
};
const starts = async ({ admin, id }: Connected): Promise<string[]> =>
  [...(await recordsOf(admin, id)).values()]
    .map(({ fields }) => String(fields.start).slice(0, 16))
    .toSorted();
const at = (days: number): string => `${date(days)}T09:00`;

const endedSeries = async ({ calendar }: Connected, key: string): Promise<void> => {
  const google = calendar.provider === 'google_calendar';
  const which = google ? { calendar: calendar.owner } : { mailbox: calendar.owner };
  await calendar.control('events/delete', { ...which, id: key });
};

const withoutOne = async (connected: Connected, key: string, days: number): Promise<void> => {
  const place = date(days).replaceAll('-', '');
  const google = connected.calendar.provider === 'google_calendar';
  await endedSeries(connected, google ? `${key}_${place}T090000Z` : `${key}.${place}`);
};

/** The name by which a stand-in's controls know a series. */
const addSeries = async ({ calendar, add }: Connected, extra: object = {}): Promise<string> => {
  if (calendar.provider === 'google_calendar') return (await add({ ...weekly, ...extra }))[0] ?? '';
  const key = randomUUID();
  await calendar.add({ key, ...outlookEvent({ ...weekly, ...extra }) });
  return key;
};

const byKeys = ways.filter(({ way }) => !way.includes('consent'));

describe.each(byKeys)('a series at $way', ({ connect }) => {
  it('is kept occurrence by occurrence, without the one called off and with the one moved', async () => {
    const connected = await connect();
    await addSeries(connected, { without: date(14), moved: { from: date(21), to: date(22) } });

    const run = await synced(connected.admin, connected.id);

    expect(run.counts).toMatchObject({ created: 3, failed: 0 });
    expect(await starts(connected)).toEqual([at(7), at(22), at(28)].toSorted());
    const records = [...(await recordsOf(connected.admin, connected.id)).values()];
    expect(records.map(({ title }) => title)).toEqual(['Standup', 'Standup', 'Standup']);
    expect(new Set(records.map(({ fields }) => fields.recurringEventId)).size).toBe(1);
  });

  it('loses the occurrence that is called off later, and all when it ends', async () => {
    const connected = await connect();
    const { admin, id } = connected;
    const key = await addSeries(connected);
    await connected.add({
      ...weekly,
      title: 'Once',
      weeks: 1,
      start: `${date(3)}T09:00:00`,
      end: `${date(3)}T10:00:00`,
    });
    await synced(admin, id);

    await withoutOne(connected, key, 14);
    const without = await synced(admin, id);
    const left = await starts(connected);
    await endedSeries(connected, key);
    const ended = await synced(admin, id);

    expect(without).toMatchObject({ state: 'succeeded', counts: { removed: 1, created: 0, updated: 0 } });
    expect(left).toEqual([at(3), at(7), at(21), at(28)].toSorted());
    expect(ended.counts).toMatchObject({ removed: 3 });
    expect(await starts(connected)).toEqual([at(3)]);
  });
});
