import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, apiOf, type Events, type Google, openGoogle, reasonOf } from './google-caller.ts';

let google: Google;
let api: Api;

beforeEach(async () => {
  google = await openGoogle();
  await google.control('users', { email: 'mona@acme.example' });
  await google.control('events', {
    calendar: 'mona@acme.example',
    events: [
      {
        id: 'daily',
        summary: 'Daily',
        start: { dateTime: '2026-01-05T09:00:00Z', timeZone: 'UTC' },
        end: { dateTime: '2026-01-05T09:15:00Z', timeZone: 'UTC' },
        recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
      },
      {
        id: 'single',
        summary: 'Single',
        start: { dateTime: '2026-01-05T12:00:00Z' },
        end: { dateTime: '2026-01-05T13:00:00Z' },
      },
    ],
  });
  api = apiOf(google, await google.tokenFor('mona@acme.example'));
});
afterEach(() => google.stop());

const change = (id: string, input: object) =>
  google.control('events/change', { calendar: 'mona@acme.example', id, change: input });
const since = (token: string | undefined, query = {}) => api.list({ ...query, syncToken: token ?? '' });
const brief = ({ items }: Events) => items.map(({ id, status }) => `${id} ${status}`);

describe('incremental sync', () => {
  it('tells what changed since, deletions bare, and nothing twice', async () => {
    const { nextSyncToken: full } = await api.list();
    expect(brief(await since(full))).toEqual([]);

    await change('single', { summary: 'Renamed' });
    await google.control('events/delete', { calendar: 'mona@acme.example', id: 'daily_20260106T090000Z' });
    const changes = await since(full);
    expect(brief(changes).sort()).toEqual(['daily_20260106T090000Z cancelled', 'single confirmed']);
    const gone = changes.items.find(({ status }) => status === 'cancelled');
    expect(Object.keys(gone ?? {}).sort()).toEqual([
      'etag',
      'id',
      'kind',
      'originalStartTime',
      'recurringEventId',
      'status',
    ]);

    await google.control('events/delete', { calendar: 'mona@acme.example', id: 'single' });
    const later = await since(changes.nextSyncToken);
    expect(later.items).toEqual([
      { kind: 'calendar#event', etag: expect.any(String), id: 'single', status: 'cancelled' },
    ]);
    expect(brief(await since(full))).toHaveLength(2);
  });

  it('tells every instance of a changed series where instances were asked for', async () => {
    const { nextSyncToken: token } = await api.list({ singleEvents: 'true' });
    await change('daily_20260107T090000Z', { summary: 'Only this one' });
    expect(brief(await since(token, { singleEvents: 'true' }))).toEqual(['daily_20260107T090000Z confirmed']);

    await change('daily', { summary: 'All of them' });
    expect(brief(await since(token, { singleEvents: 'true' }))).toHaveLength(4);
    expect(brief(await since(token))).toEqual(['daily confirmed', 'daily_20260107T090000Z confirmed']);

    await google.control('events/delete', { calendar: 'mona@acme.example', id: 'daily' });
    const deleted = await since(token, { singleEvents: 'true' });
    expect(new Set(deleted.items.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    expect(deleted.items).toHaveLength(4);
  });

  it('tells the instances that a shorter series no longer has', async () => {
    const { nextSyncToken: token } = await api.list({ singleEvents: 'true' });
    await api.send('PATCH', 'calendars/primary/events/daily', { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });

    expect(brief(await since(token, { singleEvents: 'true' })).sort()).toEqual([
      'daily_20260105T090000Z confirmed',
      'daily_20260106T090000Z confirmed',
      'daily_20260107T090000Z cancelled',
      'daily_20260108T090000Z cancelled',
    ]);
    expect((await api.list({ singleEvents: 'true' })).items).toHaveLength(3);
  });

  it('starts from the first page of a list, and the token comes on the last', async () => {
    const first = await api.list({ maxResults: '1' });
    expect(first.nextSyncToken).toBeUndefined();
    await change('single', { summary: 'Changed between two pages' });
    const second = await api.list({ maxResults: '1', pageToken: first.nextPageToken ?? '' });

    expect(second.nextPageToken).toBeUndefined();
    expect(brief(await since(second.nextSyncToken))).toEqual(['single confirmed']);
  });

  it('comes in pages itself', async () => {
    const { nextSyncToken: token } = await api.list();
    await change('single', { summary: 'One' });
    await change('daily', { summary: 'Two' });
    const first = await since(token, { maxResults: '1' });
    const second = await since(token, { maxResults: '1', pageToken: first.nextPageToken ?? '' });

    expect([...brief(first), ...brief(second)]).toHaveLength(2);
    expect(brief(await since(second.nextSyncToken))).toEqual([]);
  });

  it('may start from a window of time, but not from a search or an order', async () => {
    const window = { timeMin: '2026-01-01T00:00:00Z', timeMax: '2026-02-01T00:00:00Z', singleEvents: 'true' };

    expect((await api.list(window)).nextSyncToken).toBeDefined();
    for (const query of [{ q: 'daily' }, { orderBy: 'updated' }, { iCalUID: 'single@google.com' }]) {
      expect((await api.list(query)).nextSyncToken).toBeUndefined();
    }
  });

  it.each(['q', 'timeMin', 'timeMax', 'updatedMin', 'iCalUID', 'orderBy'])(
    'does not go together with %s',
    async (name) => {
      const { nextSyncToken: syncToken = '' } = await api.list();
      const value = name === 'orderBy' ? 'updated' : new Date().toISOString();
      const answer = await api.get('calendars/primary/events', { syncToken, [name]: value });

      expect(reasonOf(answer)).toEqual([400, 'syncTokenWithRequestRestrictions']);
      expect(answer.body.error.errors[0]?.location).toBe(name);
    },
  );

  it('cannot leave out what was deleted', async () => {
    const { nextSyncToken: syncToken = '' } = await api.list();
    const answer = await api.get('calendars/primary/events', { syncToken, showDeleted: 'false' });
    expect(reasonOf(answer)).toEqual([400, 'syncTokenWithRequestRestrictions']);
  });

  it('ends with 410 when the token expired, is of another calendar or is no token', async () => {
    const path = 'calendars/primary/events';
    const { nextSyncToken: syncToken = '' } = await api.list();
    const ada = await apiOf(google, await google.tokenFor('ada@acme.example')).list();
    const attempt = async (token = '') => reasonOf(await api.get(path, { syncToken: token }));

    expect(await attempt(ada.nextSyncToken)).toEqual([410, 'fullSyncRequired']);
    expect(await attempt('nonsense')).toEqual([410, 'fullSyncRequired']);
    await google.control('sync-tokens/expire', { calendar: 'mona@acme.example' });
    expect(await attempt(syncToken)).toEqual([410, 'fullSyncRequired']);
    const again = await api.list();
    expect(brief(await since(again.nextSyncToken))).toEqual([]);
    const list = await api.get('users/me/calendarList', { syncToken: 'any' });
    expect(reasonOf(list)).toEqual([410, 'fullSyncRequired']);
  });
});
