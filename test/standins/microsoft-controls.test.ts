import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  apiOf,
  app,
  type Event,
  type Microsoft,
  openMicrosoft,
  type Tokens,
  view,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
beforeAll(async () => {
  microsoft = await openMicrosoft();
});
afterAll(() => microsoft.stop());

const mine = { mailbox: 'ada@acme.example' };
const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });

describe('the controls', () => {
  it('add events by the dozen, and invitations of others', async () => {
    const { events } = await microsoft.control<{ events: { id: string; immutableId: string }[] }>('events', {
      ...mine,
      count: 3,
      template: { subject: 'Bulk {n}', showAs: 'free' },
      from: '2026-06-01T08:00:00Z',
      everyMinutes: 120,
      minutes: 45,
    });
    await microsoft.control('events', {
      ...mine,
      events: [
        {
          subject: 'From outside',
          start: utc('2026-06-01T20:00:00'),
          end: utc('2026-06-01T21:00:00'),
          organizer: { name: 'Boss', address: 'boss@other.example' },
          attendees: [{ emailAddress: { address: 'grace@acme.example' } }],
          created: '2026-05-01T00:00:00Z',
          modified: '2026-05-02T00:00:00Z',
        },
      ],
    });
    const ada = apiOf(microsoft, await microsoft.tokenFor('ada@acme.example'));
    const { value } = await ada.list(view('2026-06-01', '2026-06-02'));

    expect(value.map(({ subject, start }) => [subject, start.dateTime.slice(11, 16)])).toEqual([
      ['Bulk 1', '08:00'],
      ['Bulk 2', '10:00'],
      ['Bulk 3', '12:00'],
      ['From outside', '20:00'],
    ]);
    expect(value[0]?.id).toBe(events[0]?.id);
    expect(value[3]).toMatchObject({
      isOrganizer: false,
      organizer: { emailAddress: { address: 'boss@other.example' } },
      createdDateTime: '2026-05-01T00:00:00.0000000Z',
      lastModifiedDateTime: '2026-05-02T00:00:00.0000000Z',
    });
    const grace = apiOf(microsoft, await microsoft.tokenFor('grace@acme.example'));
    expect((await grace.list(view('2026-06-01', '2026-06-02'))).value).toEqual([]);
  });

  it('tell what is wrong with what they are given', async () => {
    await expect(microsoft.control('events', { mailbox: 'nobody', count: 1 })).rejects.toThrow(/no user/);
    await expect(microsoft.control('events', { ...mine, events: [{}] })).rejects.toThrow(/start/);
    await expect(microsoft.control('events/delete', { ...mine, id: 'nothing' })).rejects.toThrow(
      /ErrorItemNotFound/,
    );
    await expect(microsoft.control('app-secret', { client: 'x', expired: true })).rejects.toThrow(
      /no client/,
    );
    await expect(microsoft.control('users', { userPrincipalName: 'ada@acme.example' })).rejects.toThrow(
      /exists/,
    );
    await expect(microsoft.control('limits', { times: 1, status: 400 })).rejects.toThrow(/status/);
  });
});

describe('a restart', () => {
  it('keeps events, tokens and tenants', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'microsoft-'));
    const file = join(folder, 'state.json');
    try {
      const before = await openMicrosoft(file);
      const made = await before.control<{ access: string; refresh: string }>('oauth/families', {
        client: app.id,
        account: 'ada@acme.example',
        scopes: ['offline_access', 'Calendars.ReadWrite'],
      });
      const { body } = await apiOf(before, made.access).send<Event>('POST', '/me/events', {
        subject: 'Kept',
        start: utc('2026-06-01T10:00:00'),
        end: utc('2026-06-01T11:00:00'),
      });
      await before.stop();
      expect(readFileSync(file, 'utf8')).not.toContain(made.refresh);

      const after = await openMicrosoft(file);
      const found = await apiOf(after, made.access).get<Event>(`/me/events/${body.id}`);
      const refreshed = await after.login<Tokens>({
        grant_type: 'refresh_token',
        client_id: app.id,
        client_secret: app.secret,
        refresh_token: made.refresh,
      });
      expect(found.body.subject).toBe('Kept');
      expect(refreshed.body.refresh_token).toBeDefined();
      await after.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
