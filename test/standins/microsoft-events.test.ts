import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  codeOf,
  type Event,
  type Microsoft,
  openMicrosoft,
  view,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
let ada: Api;
let linus: Api;

beforeEach(async () => {
  microsoft = await openMicrosoft();
  ada = apiOf(microsoft, await microsoft.tokenFor('ada@acme.example'));
  linus = apiOf(microsoft, await microsoft.tokenFor('linus@acme.example'));
});
afterEach(() => microsoft.stop());

const london = (dateTime: string) => ({ dateTime, timeZone: 'GMT Standard Time' });
const lunch = { subject: 'Lunch', start: london('2026-05-04T12:00:00'), end: london('2026-05-04T13:00:00') };
const invited = { attendees: [{ emailAddress: { address: 'linus@acme.example' }, type: 'optional' }] };
const may = (more = {}) => view('2026-05-01', '2026-06-01', { $top: '50', ...more });
const only = async (api: Api): Promise<Event | undefined> => (await api.list(may())).value[0];

describe('writing events', () => {
  it('creates one', async () => {
    const { status, body } = await ada.send<Event>('POST', '/me/events', {
      ...lunch,
      body: { contentType: 'text', content: 'Bring money' },
      location: { displayName: 'Canteen' },
      isOnlineMeeting: true,
    });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      type: 'singleInstance',
      subject: 'Lunch',
      bodyPreview: 'Bring money',
      location: { displayName: 'Canteen' },
      isOrganizer: true,
      isOnlineMeeting: true,
      onlineMeetingProvider: 'teamsForBusiness',
      organizer: { emailAddress: { name: 'Ada Lovelace', address: 'ada@acme.example' } },
      start: { dateTime: '2026-05-04T11:00:00.0000000', timeZone: 'UTC' },
    });
    expect(body.onlineMeeting?.joinUrl).toMatch(/^https:\/\/teams\.microsoft\.com\/l\/meetup-join\//);
    expect((await ada.get<Event>(`/me/events/${body.id}`)).body).toEqual(body);
  });

  it('brings an invitation to those invited under another id and the same UID', async () => {
    const { body } = await ada.send<Event>('POST', '/me/events', { ...lunch, ...invited });
    const copy = await only(linus);

    expect(copy?.id).not.toBe(body.id);
    expect(copy).toMatchObject({
      iCalUId: body.iCalUId,
      isOrganizer: false,
      responseStatus: { response: 'none' },
      organizer: { emailAddress: { address: 'ada@acme.example' } },
      attendees: [{ type: 'optional', emailAddress: { name: 'Linus Park', address: 'linus@acme.example' } }],
    });
    await microsoft.control('events/respond', {
      mailbox: 'linus@acme.example',
      id: copy?.id,
      response: 'tentativelyAccepted',
    });
    expect((await only(linus))?.responseStatus.response).toBe('tentativelyAccepted');
    expect((await only(ada))?.attendees[0]?.status).toMatchObject({ response: 'tentativelyAccepted' });

    const change = { subject: 'Late lunch', start: london('2026-05-04T12:30:00') };
    await ada.send('PATCH', `/me/events/${body.id}`, change);
    expect(await only(linus)).toMatchObject({ subject: 'Late lunch', id: copy?.id });
    expect((await only(linus))?.attendees[0]?.status.response).toBe('tentativelyAccepted');
    expect(codeOf(await linus.send('PATCH', `/me/events/${copy?.id}`, { subject: 'Dinner' }))).toEqual([
      403,
      'ErrorAccessDenied',
    ]);
    expect((await linus.send('PATCH', `/me/events/${copy?.id}`, { showAs: 'free' })).status).toBe(200);

    expect((await ada.send('DELETE', `/me/events/${body.id}`)).status).toBe(204);
    expect(codeOf(await ada.get(`/me/events/${body.id}`))).toEqual([404, 'ErrorItemNotFound']);
    expect(await only(linus)).toMatchObject({ subject: 'Canceled: Late lunch', isCancelled: true });
    expect((await linus.send('DELETE', `/me/events/${copy?.id}`)).status).toBe(204);
    expect(await only(linus)).toBeUndefined();
  });

  it('makes an exception of the occurrence it changes', async () => {
    const made = await ada.send<Event>('POST', '/me/events', {
      ...lunch,
      ...invited,
      recurrence: {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'numbered', startDate: '2026-05-04', numberOfOccurrences: 3 },
      },
    });
    expect(made.body.type).toBe('seriesMaster');
    const [, second, third] = (await ada.list(may())).value;
    const moved = await ada.send<Event>('PATCH', `/me/events/${second?.id}`, {
      start: london('2026-05-05T15:00:00'),
      end: london('2026-05-05T16:00:00'),
    });
    await ada.send('DELETE', `/me/events/${third?.id}`);

    expect(moved.body).toMatchObject({
      type: 'exception',
      id: second?.id,
      originalStart: '2026-05-05T11:00:00Z',
    });
    for (const api of [ada, linus]) {
      expect(
        (await api.list(may())).value.map(({ type, start }) => [type, start.dateTime.slice(8, 13)]),
      ).toEqual([
        ['occurrence', '04T11'],
        ['exception', '05T14'],
      ]);
    }
    await ada.send('DELETE', `/me/events/${made.body.id}`);
    expect((await ada.list(may())).value).toEqual([]);
    expect((await linus.list(may())).value.every(({ isCancelled }) => isCancelled)).toBe(true);
  });

  it('takes whole days at midnight', async () => {
    const days = { isAllDay: true, start: london('2026-05-04T00:00:00'), end: london('2026-05-06T00:00:00') };
    const { body } = await ada.send<Event>('POST', '/me/events', days);

    expect(body).toMatchObject({ isAllDay: true, start: { dateTime: '2026-05-04T00:00:00.0000000' } });
    expect((await ada.list(view('2026-05-05T23:00:00Z', '2026-05-05T23:30:00Z'))).value).toHaveLength(1);
    expect((await ada.list(view('2026-05-06T00:00:00Z', '2026-05-06T23:30:00Z'))).value).toHaveLength(0);
  });

  it('changes only what is still as it was seen', async () => {
    const { body } = await ada.send<Event>('POST', '/me/events', lunch);
    const rename = (subject: string) =>
      ada.send<Event>('PATCH', `/me/events/${body.id}`, { subject }, { 'if-match': body['@odata.etag'] });

    expect((await rename('First')).body.changeKey).not.toBe(body.changeKey);
    const { status } = await rename('Second');
    expect(status).toBe(412);
  });

  it.each([
    [{ start: lunch.start }, 'ErrorPropertyValidationFailure'],
    [{ ...lunch, end: london('2026-05-04T11:00:00') }, 'ErrorPropertyValidationFailure'],
    [{ ...lunch, isAllDay: true }, 'ErrorPropertyValidationFailure'],
    [
      { ...lunch, start: { dateTime: '2026-05-04T12:00:00', timeZone: 'Mars' } },
      'TimeZoneNotSupportedException',
    ],
    [{ ...lunch, attendees: [{}] }, 'ErrorPropertyValidationFailure'],
    [{ ...lunch, showAs: 'sleeping' }, 'ErrorPropertyValidationFailure'],
    [
      { ...lunch, recurrence: { pattern: { type: 'hourly', interval: 1 }, range: { type: 'noEnd' } } },
      'ErrorPropertyValidationFailure',
    ],
    [
      { ...lunch, recurrence: { pattern: { type: 'weekly', interval: 1 }, range: { type: 'noEnd' } } },
      'ErrorPropertyValidationFailure',
    ],
  ])('refuses %j', async (body, code) => {
    expect(codeOf(await ada.send('POST', '/me/events', body))).toEqual([400, code]);
  });
});
