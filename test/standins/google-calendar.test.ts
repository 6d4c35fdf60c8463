import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  type Event,
  type Events,
  type Google,
  openGoogle,
  reasonOf,
} from './google-caller.ts';

let google: Google;
let api: Api;

const berlin = { timeZone: 'Europe/Berlin' };
const at = (dateTime: string) => ({ dateTime, ...berlin });

beforeAll(async () => {
  google = await openGoogle();
  await google.control('users', { email: 'mona@acme.example', givenName: 'Mona', timeZone: 'Europe/Berlin' });
  await google.control('events', {
    calendar: 'mona@acme.example',
    events: [
      {
        id: 'weekly',
        summary: 'Weekly',
        start: at('2026-03-23T10:00:00'),
        end: at('2026-03-23T10:30:00'),
        recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5', 'EXDATE;TZID=Europe/Berlin:20260413T100000'],
        exceptions: [
          { at: '20260406T080000Z', cancelled: true },
          { at: '20260420T080000Z', start: at('2026-04-21T15:00:00'), end: at('2026-04-21T16:00:00') },
        ],
      },
      { id: 'trip', summary: 'Trip to Kiel', start: { date: '2026-04-01' }, end: { date: '2026-04-03' } },
      {
        id: 'secret',
        summary: 'Salary',
        visibility: 'private',
        location: 'Room 4',
        start: at('2026-04-02T09:00:00'),
        end: at('2026-04-02T10:00:00'),
      },
      {
        id: 'gone',
        summary: 'Gone',
        start: at('2026-04-02T12:00:00'),
        end: at('2026-04-02T13:00:00'),
      },
    ],
  });
  await google.control('events/delete', { calendar: 'mona@acme.example', id: 'gone' });
  api = apiOf(google, await google.tokenFor('mona@acme.example'));
});
afterAll(() => google.stop());

const spring = { timeMin: '2026-03-01T00:00:00Z', timeMax: '2026-05-01T00:00:00Z' };
const ids = ({ items }: Events): string[] => items.map(({ id }) => id);

describe('a list of events', () => {
  it('expands series in their own time zone, with exceptions and without what was cancelled', async () => {
    const { items, timeZone } = await api.list({ ...spring, singleEvents: 'true', orderBy: 'startTime' });

    expect(timeZone).toBe('Europe/Berlin');
    expect(items.map(({ id, start }) => [id, start.dateTime ?? start.date])).toEqual([
      ['weekly_20260323T090000Z', '2026-03-23T10:00:00+01:00'],
      ['weekly_20260330T080000Z', '2026-03-30T10:00:00+02:00'],
      ['trip', '2026-04-01'],
      ['secret', '2026-04-02T09:00:00+02:00'],
      ['weekly_20260420T080000Z', '2026-04-21T15:00:00+02:00'],
    ]);
    expect(items[4]).toMatchObject({
      recurringEventId: 'weekly',
      originalStartTime: at('2026-04-20T10:00:00+02:00'),
      iCalUID: 'weekly@google.com',
    });
  });

  it('gives series as they are, with the exceptions, unless told to expand', async () => {
    const plain = await api.list(spring);

    expect(ids(plain)).toEqual([
      'trip',
      'secret',
      'weekly',
      'weekly_20260406T080000Z',
      'weekly_20260420T080000Z',
    ]);
    expect(plain.items[2]).toMatchObject({
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5', 'EXDATE;TZID=Europe/Berlin:20260413T100000'],
    });
    expect(plain.items[3]?.status).toBe('cancelled');
  });

  it('shows deleted events on request', async () => {
    const all = await api.list({ ...spring, showDeleted: 'true' });
    const single = await api.list({ ...spring, showDeleted: 'true', singleEvents: 'true' });

    expect(ids(all)).toContain('gone');
    expect(ids(single)).toEqual(expect.arrayContaining(['gone', 'weekly_20260406T080000Z']));
    expect(ids(single)).not.toContain('weekly');
  });

  it('bounds by the end and the start of events, days at midnight of the calendar', async () => {
    const window = (timeMin: string, timeMax: string) => api.list({ timeMin, timeMax, singleEvents: 'true' });

    expect(ids(await window('2026-04-02T21:59:59Z', '2026-04-03T06:00:00Z'))).toEqual(['trip']);
    expect(ids(await window('2026-04-02T22:00:00Z', '2026-04-03T06:00:00Z'))).toEqual([]);
    expect(ids(await window('2026-03-31T08:30:00Z', '2026-03-31T22:00:01Z'))).toEqual(['trip']);
    expect(ids(await window('2026-03-31T08:30:00Z', '2026-03-31T22:00:00Z'))).toEqual([]);
    expect(ids(await window('2026-03-30T08:30:00Z', '2026-03-30T09:00:00Z'))).toEqual([]);
    expect(ids(await window('2026-03-30T08:29:59Z', '2026-03-30T09:00:00Z'))).toHaveLength(1);
  });

  it('writes times in the zone asked for', async () => {
    const { items, timeZone } = await api.list({
      ...spring,
      timeZone: 'America/New_York',
      singleEvents: 'true',
    });

    expect(timeZone).toBe('America/New_York');
    expect(items.find(({ id }) => id === 'secret')?.start).toEqual({
      dateTime: '2026-04-02T03:00:00-04:00',
      timeZone: 'Europe/Berlin',
    });
  });

  it('searches whole words in any of the fields, all of them', async () => {
    const found = async (q: string) => ids(await api.list({ ...spring, q, singleEvents: 'true' }));

    expect(await found('KIEL trip')).toEqual(['trip']);
    expect(await found('kie')).toEqual([]);
    expect(await found('room')).toEqual(['secret']);
    expect(await found('trip room')).toEqual([]);
    expect(await found('mona')).toHaveLength(5);
  });

  it('finds by UID and by the time of change', async () => {
    const { items } = await api.list({ iCalUID: 'trip@google.com' });
    const since = new Date(Date.now() - 3600_000).toISOString();

    expect(items.map(({ id }) => id)).toEqual(['trip']);
    expect(ids(await api.list({ updatedMin: since }))).toContain('gone');
    expect(ids(await api.list({ updatedMin: new Date(Date.now() + 1000).toISOString() }))).toEqual([]);
  });

  it('comes in pages that hold together', async () => {
    await google.control('users', { email: 'many@acme.example' });
    await google.control('events', {
      calendar: 'many@acme.example',
      count: 260,
      template: { summary: 'Event {n}' },
      from: '2026-01-01T00:00:00Z',
    });
    const many = apiOf(google, await google.tokenFor('many@acme.example'));
    const query = { singleEvents: 'true', orderBy: 'startTime' };
    const first = await many.list(query);
    const second = await many.list({ ...query, pageToken: first.nextPageToken ?? '' });
    const other = await many.get('calendars/primary/events', { pageToken: first.nextPageToken ?? '' });

    expect([first.items.length, second.items.length]).toEqual([250, 10]);
    expect(second.items[9]?.summary).toBe('Event 260');
    expect(second.nextPageToken).toBeUndefined();
    expect((await many.list({ maxResults: '5000' })).items).toHaveLength(260);
    expect(reasonOf(other)).toEqual([400, 'invalid']);
    expect(reasonOf(await many.get('calendars/primary/events', { maxResults: '0' }))).toEqual([
      400,
      'invalid',
    ]);
  });

  it('can be cut to some fields', async () => {
    const body = await api.list({ ...spring, q: 'trip', fields: 'items(id,start/date),timeZone' });

    expect(body).toEqual({
      items: [{ id: 'trip', start: { date: '2026-04-01' } }],
      timeZone: 'Europe/Berlin',
    });
    expect(reasonOf(await api.get('calendars/primary/events', { fields: 'items(' }))).toEqual([
      400,
      'invalid',
    ]);
  });

  it.each([
    [{ orderBy: 'startTime' }, 'orderByNotSupported'],
    [{ orderBy: 'size', singleEvents: 'true' }, 'invalid'],
    [{ timeMin: '2026-04-01' }, 'badRequest'],
    [{ timeMin: '2026-04-01T00:00:00' }, 'badRequest'],
    [{ timeMin: '2026-04-02T00:00:00Z', timeMax: '2026-04-02T00:00:00Z' }, 'timeRangeEmpty'],
    [{ timeZone: 'Berlin' }, 'invalid'],
    [{ singleEvents: 'yes' }, 'invalid'],
  ])('refuses %j', async (query, reason) => {
    expect(reasonOf(await api.get('calendars/primary/events', query))).toEqual([400, reason]);
  });

  it('forgets changes of long ago', async () => {
    const answer = await api.get('calendars/primary/events', { updatedMin: '2020-01-01T00:00:00Z' });
    expect(reasonOf(answer)).toEqual([410, 'updatedMinTooLongAgo']);
  });
});

describe('one event', () => {
  const one = <T = Event>(id: string, headers = {}) =>
    api.get<T>(`calendars/primary/events/${id}`, {}, headers);

  it('is found by its id, that of an instance included', async () => {
    expect((await one('weekly_20260330T080000Z')).body).toMatchObject({
      summary: 'Weekly',
      recurringEventId: 'weekly',
      start: at('2026-03-30T10:00:00+02:00'),
    });
    expect((await one('trip')).body.etag).toMatch(/^"\d+"$/);
    expect((await one('weekly_20260413T080000Z')).status).toBe(404);
    expect((await one('weekly_20260331T080000Z')).status).toBe(404);
    expect((await one('gone')).body.status).toBe('cancelled');
  });

  it('is not sent again to who has it', async () => {
    const { etag } = (await one('trip')).body;
    expect((await one('trip', { 'if-none-match': etag })).status).toBe(304);
  });

  it('has instances', async () => {
    const path = 'calendars/primary/events/weekly/instances';
    const all = await api.get<Events>(path);
    const moved = await api.get<Events>(path, { originalStart: '2026-04-20T08:00:00Z' });
    const deleted = await api.get<Events>(path, { showDeleted: 'true' });

    expect(ids(all.body)).toHaveLength(3);
    expect(ids(moved.body)).toEqual(['weekly_20260420T080000Z']);
    expect(ids(deleted.body)).toHaveLength(4);
    expect((await api.get('calendars/primary/events/trip/instances')).status).toBe(404);
  });
});

describe('access', () => {
  const mona = 'mona%40acme.example';

  it('is refused without a token, with a wrong one and without the scope', async () => {
    const narrow = await google.tokenFor('mona@acme.example', [
      'openid',
      'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
    ]);
    const path = 'calendars/primary/events';
    const scopes = await apiOf(google, narrow).get(path);

    expect(reasonOf(await apiOf(google, null).get(path))).toEqual([401, 'required']);
    expect(reasonOf(await apiOf(google, 'ya29.wrong').get(path))).toEqual([401, 'authError']);
    expect(reasonOf(scopes)).toEqual([403, 'insufficientPermissions']);
    expect(scopes.body.error).toMatchObject({
      status: 'PERMISSION_DENIED',
      details: [
        { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', metadata: { method: 'calendar.v3.Events.List' } },
      ],
    });
    expect((await apiOf(google, narrow).get('users/me/calendarList')).status).toBe(200);
  });

  it('is as to a calendar that is not there, unless it was shared', async () => {
    const ada = apiOf(google, await google.tokenFor('ada@acme.example'));
    const share = (role: string) =>
      google.control('share', { calendar: 'mona@acme.example', with: 'ada@acme.example', role });
    const secret = async () => (await ada.get<Event>(`calendars/${mona}/events/secret`)).body;

    expect(reasonOf(await ada.get(`calendars/${mona}/events`))).toEqual([404, 'notFound']);
    await share('reader');
    expect((await ada.list(spring, 'mona@acme.example')).accessRole).toBe('reader');
    expect(await secret()).not.toHaveProperty('summary');
    expect(await secret()).toMatchObject({ visibility: 'private', start: at('2026-04-02T09:00:00+02:00') });
    await share('writer');
    expect((await secret()).summary).toBe('Salary');
    await share('freeBusyReader');
    expect(
      (await ada.list({ ...spring, singleEvents: 'true' }, 'mona@acme.example')).items[2],
    ).not.toHaveProperty('summary');
    await share('none');
    expect((await ada.get(`calendars/${mona}/events`)).status).toBe(404);
  });

  it('lists calendars by what was shared', async () => {
    const ada = apiOf(google, await google.tokenFor('ada@acme.example'));
    const list = async (query = {}) =>
      (await ada.get<{ items: { id: string; accessRole: string }[] }>('users/me/calendarList', query)).body
        .items;
    const primary = await ada.get('users/me/calendarList/primary');

    expect((await list()).map(({ id }) => id)).toEqual(['ada@acme.example', 'team@acme.example']);
    expect(primary.body).toMatchObject({ id: 'ada@acme.example', primary: true, accessRole: 'owner' });
    await google.control('share', {
      calendar: 'mona@acme.example',
      with: 'ada@acme.example',
      role: 'reader',
      listed: true,
    });
    expect(await list()).toHaveLength(3);
    expect(await list({ minAccessRole: 'writer' })).toHaveLength(2);
    expect((await ada.get('calendars/team%40acme.example')).body).toMatchObject({ summary: 'Acme Team' });
    expect((await ada.get('users/me/calendarList/many%40acme.example')).status).toBe(404);
  });

  it.each([
    [{}, 403, 'rateLimitExceeded'],
    [{ status: 429, retryAfter: 7 }, 429, 'rateLimitExceeded'],
    [{ reason: 'userRateLimitExceeded' }, 403, 'userRateLimitExceeded'],
  ] as const)('is limited by control: %j', async (input, status, reason) => {
    await google.control('limits', { times: 1, account: 'mona@acme.example', ...input });
    const ada = apiOf(google, await google.tokenFor('ada@acme.example'));

    expect((await ada.get('users/me/calendarList')).status).toBe(200);
    const refused = await api.get('users/me/calendarList');
    expect([...reasonOf(refused), refused.headers.get('retry-after')]).toEqual([
      status,
      reason,
      'retryAfter' in input ? '7' : null,
    ]);
    expect((await api.get('users/me/calendarList')).status).toBe(200);
  });
});
