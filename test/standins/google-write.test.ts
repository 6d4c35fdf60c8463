import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  type Event,
  type Failure,
  type Google,
  openGoogle,
  reasonOf,
  serviceAccount,
} from './google-caller.ts';

let google: Google;
let ada: Api;
let linus: Api;

const events = 'calendars/primary/events';
const meeting = {
  summary: 'Lunch',
  start: { dateTime: '2026-05-04T12:00:00+01:00' },
  end: { dateTime: '2026-05-04T13:00:00+01:00' },
};
const invited = { attendees: [{ email: 'ada@acme.example' }, { email: 'linus@acme.example' }] };

beforeEach(async () => {
  google = await openGoogle();
  ada = apiOf(google, await google.tokenFor('ada@acme.example'));
  linus = apiOf(google, await google.tokenFor('linus@acme.example'));
});
afterEach(() => google.stop());

describe('writing events', () => {
  it('inserts one, in the zone of the calendar', async () => {
    const { status, body } = await ada.send<Event>('POST', events, { ...meeting, colorId: '5' });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'calendar#event',
      status: 'confirmed',
      summary: 'Lunch',
      colorId: '5',
      start: { dateTime: '2026-05-04T12:00:00+01:00', timeZone: 'Europe/London' },
      creator: { email: 'ada@acme.example', self: true },
      organizer: { email: 'ada@acme.example', displayName: 'Ada Lovelace', self: true },
      iCalUID: `${body.id}@google.com`,
    });
    expect((await ada.get<Event>(`${events}/${body.id}`)).body).toEqual(body);
  });

  it('brings an invitation to those invited, and their answers back', async () => {
    const { body } = await ada.send<Event>('POST', events, { ...meeting, ...invited });
    const path = `${events}/${body.id}`;
    const copy = (await linus.get<Event>(path)).body;
    const accept = (attendees: Event['attendees']) =>
      attendees?.map((one) => (one.self ? { ...one, responseStatus: 'accepted' } : one));

    expect(copy.organizer).toEqual({ email: 'ada@acme.example', displayName: 'Ada Lovelace' });
    expect(copy.attendees?.find(({ self }) => self)).toMatchObject({ responseStatus: 'needsAction' });
    await linus.send('PATCH', path, { attendees: accept(copy.attendees) });
    const answered = (await ada.get<Event>(path)).body.attendees;
    expect(answered?.map(({ responseStatus }) => responseStatus)).toEqual(['needsAction', 'accepted']);

    const refused = await linus.send('PATCH', path, { summary: 'Dinner' });
    expect(reasonOf(refused)).toEqual([403, 'forbiddenForNonOrganizer']);
    await ada.send('PATCH', path, {
      summary: 'Late lunch',
      start: { dateTime: '2026-05-04T12:30:00+01:00' },
    });
    expect((await linus.get<Event>(path)).body).toMatchObject({ summary: 'Late lunch', sequence: 1 });

    await linus.send('DELETE', path);
    const after = (await ada.get<Event>(path)).body;
    expect([after.status, after.attendees?.[1]?.responseStatus]).toEqual(['confirmed', 'declined']);
    await ada.send('PATCH', path, { attendees: [] });
    expect((await linus.get<Event>(path)).body.status).toBe('cancelled');
  });

  it('makes an exception of the instance it changes', async () => {
    const made = await ada.send<Event>('POST', events, {
      summary: 'Course',
      start: { dateTime: '2026-05-04T09:00:00', timeZone: 'Europe/London' },
      end: { dateTime: '2026-05-04T10:00:00', timeZone: 'Europe/London' },
      recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
    });
    const day = (date: string) => `${events}/${made.body.id}_${date}T080000Z`;
    const moved = await ada.send<Event>('PATCH', day('20260505'), {
      start: { dateTime: '2026-05-05T11:00:00+01:00' },
      end: { dateTime: '2026-05-05T12:00:00+01:00' },
    });
    await ada.send('DELETE', day('20260506'));

    expect(moved.body).toMatchObject({
      recurringEventId: made.body.id,
      originalStartTime: { dateTime: '2026-05-05T09:00:00+01:00' },
      start: { dateTime: '2026-05-05T11:00:00+01:00', timeZone: 'Europe/London' },
    });
    const window = { timeMin: '2026-05-04T00:00:00Z', timeMax: '2026-05-07T00:00:00Z', q: 'course' };
    const { items } = await ada.list({ ...window, singleEvents: 'true', orderBy: 'startTime' });
    expect(items.map(({ start }) => start.dateTime)).toEqual([
      '2026-05-04T09:00:00+01:00',
      '2026-05-05T11:00:00+01:00',
    ]);
    expect((await ada.send('DELETE', `${events}/${made.body.id}`)).status).toBe(204);
    expect((await ada.list({ ...window, singleEvents: 'true' })).items).toEqual([]);
  });

  it('gives a video link where the caller knows of conferences', async () => {
    const request = { createRequest: { requestId: 'r1', conferenceSolutionKey: { type: 'hangoutsMeet' } } };
    const body = { ...meeting, conferenceData: request };
    const without = await ada.send<Event>('POST', events, body);
    const { body: made } = await ada.send<Event>('POST', `${events}?conferenceDataVersion=1`, body);

    expect(without.body).not.toHaveProperty('hangoutLink');
    expect(made.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\/[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
    expect(made).toMatchObject({
      conferenceData: {
        createRequest: { requestId: 'r1', status: { statusCode: 'success' } },
        entryPoints: [{ entryPointType: 'video', uri: made.hangoutLink }],
      },
    });
    const renamed = await ada.send<Event>('PATCH', `${events}/${made.id}`, { summary: 'Renamed' });
    expect(renamed.body.hangoutLink).toBe(made.hangoutLink);
  });

  it('turns a time into a day and back', async () => {
    const { body } = await ada.send<Event>('POST', events, meeting);
    const path = `${events}/${body.id}`;
    const days = {
      start: { date: '2026-05-04', dateTime: null },
      end: { date: '2026-05-05', dateTime: null },
    };
    const { start, end } = meeting;

    expect((await ada.send<Event>('PATCH', path, days)).body.start).toEqual({ date: '2026-05-04' });
    expect((await ada.send<Event>('PATCH', path, { start, end })).body.start.dateTime).toBe(start.dateTime);
  });

  it('changes only what is still as it was seen', async () => {
    const { body } = await ada.send<Event>('POST', events, meeting);
    const path = `${events}/${body.id}`;
    const rename = (summary: string) => ada.send('PATCH', path, { summary }, { 'if-match': body.etag });

    expect((await rename('First')).status).toBe(200);
    expect(reasonOf(await rename('Second'))).toEqual([412, 'conditionNotMet']);
  });

  it.each([
    [{ start: meeting.start }, 400, 'required'],
    [{ ...meeting, start: { dateTime: '2026-05-04T12:00:00' } }, 400, 'required'],
    [{ ...meeting, recurrence: ['RRULE:FREQ=DAILY'] }, 400, 'required'],
    [{ ...meeting, end: { date: '2026-05-05' } }, 400, 'invalid'],
    [{ ...meeting, end: { dateTime: '2026-05-04T11:00:00Z', timeZone: 'Mars' } }, 400, 'invalid'],
    [{ ...meeting, end: { dateTime: '2026-05-04T10:00:00Z' } }, 400, 'timeRangeEmpty'],
    [{ ...meeting, attendees: [{ displayName: 'Nobody' }] }, 400, 'required'],
    [{ ...meeting, id: 'UPPER' }, 400, 'invalid'],
    [{ ...meeting, status: 'maybe' }, 400, 'invalid'],
    [{ ...meeting, id: 'acmestandup' }, 409, 'duplicate'],
  ])('refuses %j', async (body, status, reason) => {
    expect(reasonOf(await ada.send('POST', events, body))).toEqual([status, reason]);
  });

  it('refuses a rule that is none', async () => {
    const zoned = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
    const times = { start: zoned('2026-05-04T12:00:00Z'), end: zoned('2026-05-04T13:00:00Z') };
    for (const recurrence of [['RRULE:FREQ=SOMETIMES'], ['DTSTART:20260504'], ['EXDATE:tomorrow']]) {
      expect(reasonOf(await ada.send('POST', events, { ...times, recurrence }))).toEqual([400, 'invalid']);
    }
  });

  it('is for those who may write', async () => {
    const readOnly = apiOf(
      google,
      await google.tokenFor('ada@acme.example', ['https://www.googleapis.com/auth/calendar.events.readonly']),
    );
    const { body } = await ada.send<Event>('POST', events, meeting);
    await google.control('share', {
      calendar: 'ada@acme.example',
      with: 'linus@acme.example',
      role: 'reader',
    });

    expect(reasonOf(await readOnly.send('POST', events, meeting))).toEqual([403, 'insufficientPermissions']);
    const shared = `calendars/ada%40acme.example/events/${body.id}`;
    expect(reasonOf(await linus.send('DELETE', shared))).toEqual([403, 'requiredAccessLevel']);
    expect((await ada.send('DELETE', `${events}/${body.id}`)).status).toBe(204);
    expect(reasonOf(await ada.send('DELETE', `${events}/${body.id}`))).toEqual([410, 'deleted']);
    expect(reasonOf(await ada.send('DELETE', `${events}/nothing`))).toEqual([404, 'notFound']);
  });
});

describe('the company Acme', () => {
  it('has a month of meetings for everybody', async () => {
    const now = Date.now();
    const month = {
      timeMin: new Date(now - 14 * 86_400_000).toISOString(),
      timeMax: new Date(now + 16 * 86_400_000).toISOString(),
    };
    for (const who of ['ada', 'grace', 'linus']) {
      const api = apiOf(google, await google.tokenFor(`${who}@acme.example`));
      const { items } = await api.list(month);
      const single = await api.list({ ...month, singleEvents: 'true' });
      const deleted = await api.list({ ...month, showDeleted: 'true' });

      expect(items.length).toBeGreaterThan(12);
      expect(single.items.length).toBeGreaterThan(items.length);
      expect(items.some(({ hangoutLink }) => hangoutLink)).toBe(true);
      expect(items.some(({ start }) => start.date)).toBe(true);
      expect(items.some(({ id }) => id === 'acmestandup')).toBe(true);
      expect(deleted.items.find(({ id }) => id === 'acmecancelled')?.status).toBe('cancelled');
    }
  });

  it('has a calendar that everybody may write to, and the service account may read', async () => {
    const { body } = await linus.send<Event>('POST', 'calendars/team%40acme.example/events', meeting);
    expect(body.organizer).toEqual({ email: 'team@acme.example', displayName: 'Acme Team', self: true });
    await google.control('share', { calendar: 'team@acme.example', with: serviceAccount, role: 'none' });
    const { status } = await google.call<Failure>('GET', `/__standin/service-accounts/${serviceAccount}`);
    expect(status).toBe(200);
  });
});
