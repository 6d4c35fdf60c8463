import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, client, type Event, type Google, openGoogle, serviceAccount } from './google-caller.ts';

let google: Google;
beforeAll(async () => {
  google = await openGoogle();
});
afterAll(() => google.stop());

const mine = { calendar: 'ada@acme.example' };
const at = (hour: number) => ({ dateTime: `2026-06-01T${hour}:00:00Z` });

describe('the controls', () => {
  it('add events by the dozen, and invitations of others', async () => {
    const { ids } = await google.control<{ ids: string[] }>('events', {
      ...mine,
      count: 3,
      template: { summary: 'Bulk {n}', location: 'Here' },
      from: '2026-06-01T08:00:00Z',
      everyMinutes: 120,
      minutes: 45,
    });
    const invitation = {
      id: 'outside',
      summary: 'From outside',
      start: at(20),
      end: at(21),
      organizer: { email: 'boss@other.example', displayName: 'Boss' },
      attendees: [{ email: 'ada@acme.example' }, { email: 'grace@acme.example' }],
      meet: true,
      created: '2026-05-01T00:00:00Z',
      updated: '2026-05-02T00:00:00Z',
    };
    await google.control('events', { ...mine, events: [invitation] });
    const ada = apiOf(google, await google.tokenFor('ada@acme.example'));
    const { items } = await ada.list({
      timeMin: '2026-06-01T00:00:00Z',
      timeMax: '2026-06-02T00:00:00Z',
      singleEvents: 'true',
      orderBy: 'startTime',
    });
    const bulk = items.filter(({ summary }) => summary?.startsWith('Bulk'));

    expect(ids).toHaveLength(3);
    expect(bulk.map(({ summary, start, end }) => [summary, start.dateTime, end.dateTime])).toEqual([
      ['Bulk 1', '2026-06-01T09:00:00+01:00', '2026-06-01T09:45:00+01:00'],
      ['Bulk 2', '2026-06-01T11:00:00+01:00', '2026-06-01T11:45:00+01:00'],
      ['Bulk 3', '2026-06-01T13:00:00+01:00', '2026-06-01T13:45:00+01:00'],
    ]);
    expect(items.find(({ id }) => id === 'outside')).toMatchObject({
      organizer: { email: 'boss@other.example', displayName: 'Boss' },
      creator: { email: 'boss@other.example' },
      created: '2026-05-01T00:00:00.000Z',
      updated: '2026-05-02T00:00:00.000Z',
      hangoutLink: expect.stringContaining('https://meet.google.com/'),
    });
    const grace = apiOf(google, await google.tokenFor('grace@acme.example'));
    expect((await grace.get('calendars/primary/events/outside')).status).toBe(404);
  });

  it('share with a domain and with everybody', async () => {
    const calendar = 'plan@acme.example';
    await google.control('calendars', { id: calendar, owner: 'ada@acme.example', summary: 'Plan' });
    await google.control('users', { email: 'zoe@gmail.example', hd: null });
    const zoe = apiOf(google, await google.tokenFor('zoe@gmail.example'));
    const linus = apiOf(google, await google.tokenFor('linus@acme.example'));
    const path = `calendars/${encodeURIComponent(calendar)}/events`;
    const statuses = async () => [(await linus.get(path)).status, (await zoe.get(path)).status];

    expect(await statuses()).toEqual([404, 404]);
    await google.control('share', { calendar, with: '@acme.example', role: 'reader' });
    expect(await statuses()).toEqual([200, 404]);
    await google.control('share', { calendar, with: '*', role: 'reader' });
    expect(await statuses()).toEqual([200, 200]);
  });

  it('tell what is wrong with what they are given', async () => {
    await expect(google.control('events', { calendar: 'nothing', count: 1 })).rejects.toThrow(/no calendar/);
    await expect(google.control('share', { ...mine, with: 'x', role: 'boss' })).rejects.toThrow(/400|role/);
    await expect(google.control('events', { ...mine, events: [{ start: at(10) }] })).rejects.toThrow(
      /Missing end/,
    );
    await expect(google.control('users', { email: 'ada@acme.example' })).rejects.toThrow(/exists/);
    await expect(google.control('events/delete', { ...mine, id: 'nothing' })).rejects.toThrow(/Not Found/);
  });
});

describe('a restart', () => {
  it('keeps events, tokens and keys', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'google-'));
    const file = join(folder, 'state.json');
    try {
      const before = await openGoogle(file);
      const made = await before.control<{ access: string; refresh: string }>('oauth/families', {
        client: client.id,
        account: 'ada@acme.example',
        scopes: ['https://www.googleapis.com/auth/calendar'],
        parameters: { access_type: 'offline' },
      });
      const { body } = await apiOf(before, made.access).send<Event>('POST', 'calendars/primary/events', {
        summary: 'Kept',
        start: at(10),
        end: at(11),
      });
      const key = await before.call('GET', `/__standin/service-accounts/${serviceAccount}`);
      await before.stop();
      expect(readFileSync(file, 'utf8')).not.toContain(made.refresh);

      const after = await openGoogle(file);
      const found = await apiOf(after, made.access).get<Event>(`calendars/primary/events/${body.id}`);
      const refreshed = await after.post<{ access_token?: string }>('/token', {
        grant_type: 'refresh_token',
        client_id: client.id,
        client_secret: client.secret,
        refresh_token: made.refresh,
      });
      expect(found.body.summary).toBe('Kept');
      expect(refreshed.body.access_token).toBeDefined();
      expect((await after.call('GET', `/__standin/service-accounts/${serviceAccount}`)).body).toEqual(
        key.body,
      );
      await after.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
