import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  codeOf,
  type Event,
  type Events,
  type Microsoft,
  openMicrosoft,
  view,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
let api: Api;

const berlin = (dateTime: string) => ({ dateTime, timeZone: 'W. Europe Standard Time' });
const weekly = (range: Record<string, unknown>) => ({
  pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
  range: { startDate: '2026-03-23', ...range },
});

beforeAll(async () => {
  microsoft = await openMicrosoft();
  await microsoft.control('users', { userPrincipalName: 'mona@acme.example', displayName: 'Mona Ring' });
  await microsoft.control('events', {
    mailbox: 'mona@acme.example',
    events: [
      {
        key: 'weekly',
        subject: 'Weekly',
        body: { contentType: 'html', content: '<p>What is <b>new</b></p>' },
        start: berlin('2026-03-23T10:00:00'),
        end: berlin('2026-03-23T10:30:00'),
        recurrence: weekly({ type: 'numbered', numberOfOccurrences: 5 }),
        exceptions: [
          { on: '2026-04-06', cancelled: true },
          { on: '2026-04-20', start: berlin('2026-04-21T15:00:00'), end: berlin('2026-04-21T16:00:00') },
        ],
      },
      {
        key: 'trip',
        subject: 'Trip to Kiel',
        isAllDay: true,
        start: berlin('2026-04-01T00:00:00'),
        end: berlin('2026-04-03T00:00:00'),
      },
      {
        key: 'salary',
        subject: 'Salary',
        sensitivity: 'private',
        location: { displayName: 'Room 4' },
        start: berlin('2026-04-02T09:00:00'),
        end: berlin('2026-04-02T10:00:00'),
      },
    ],
  });
  api = apiOf(microsoft, await microsoft.tokenFor('mona@acme.example'));
});
afterAll(() => microsoft.stop());

const spring = (more: Record<string, string> = {}) =>
  view('2026-03-01T00:00:00Z', '2026-05-01T00:00:00Z', { $top: '50', ...more });
const subjects = ({ value }: Events) => value.map(({ subject }) => subject);

describe('a calendar view', () => {
  it('expands series in their own zone, and tells times in UTC', async () => {
    const { value } = await api.list(spring());

    expect(value.map(({ type, start }) => [type, start.dateTime.slice(0, 16)])).toEqual([
      ['occurrence', '2026-03-23T09:00'],
      ['occurrence', '2026-03-30T08:00'],
      ['singleInstance', '2026-04-01T00:00'],
      ['singleInstance', '2026-04-02T07:00'],
      ['occurrence', '2026-04-13T08:00'],
      ['exception', '2026-04-21T13:00'],
    ]);
    const [first, second] = value;
    expect(first?.start).toEqual({ dateTime: '2026-03-23T09:00:00.0000000', timeZone: 'UTC' });
    expect(first?.seriesMasterId).toBe(second?.seriesMasterId);
    expect(first?.iCalUId).not.toBe(second?.iCalUId);
    expect(first?.iCalUId).toMatch(/^040000008200E00074C5B7101A82E00807EA0317[0-9A-F]{72}$/);
    expect(value[5]?.originalStart).toBe('2026-04-20T08:00:00Z');
    expect(value[0]).toMatchObject({
      originalStartTimeZone: 'W. Europe Standard Time',
      bodyPreview: 'What is new',
    });
  });

  it.each([
    ['W. Europe Standard Time', '2026-04-02T09:00'],
    ['Europe/Berlin', '2026-04-02T09:00'],
    ['Pacific Standard Time', '2026-04-02T00:00'],
  ])('tells times in %s', async (zone, expected) => {
    const { body, headers } = await api.get<Events>(spring(), { prefer: `outlook.timezone="${zone}"` });
    const salary = body.value.find(({ subject }) => subject === 'Salary');

    expect([salary?.start.dateTime.slice(0, 16), salary?.start.timeZone]).toEqual([expected, zone]);
    expect(headers.get('preference-applied')).toBe(`outlook.timezone="${zone}"`);
    const trip = body.value.find(({ subject }) => subject === 'Trip to Kiel');
    expect([trip?.isAllDay, trip?.start.dateTime]).toEqual([true, '2026-04-01T00:00:00.0000000']);
  });

  it('takes its window by offset, and as UTC without one', async () => {
    const at = (from: string, to: string) => api.list(view(from, to)).then(subjects);

    expect(await at('2026-04-02T09:59:00+02:00', '2026-04-02T12:00:00+02:00')).toContain('Salary');
    expect(await at('2026-04-02T10:00:00+02:00', '2026-04-02T12:00:00+02:00')).not.toContain('Salary');
    expect(await at('2026-04-02T07:00:00', '2026-04-02T07:30:00')).toContain('Salary');
    expect(await at('2026-04-02T08:00:00', '2026-04-02T08:30:00')).not.toContain('Salary');
  });

  it('comes in pages by a link', async () => {
    const first = await api.list(spring({ $top: '4' }));
    const second = await api.list(first['@odata.nextLink'] ?? '');
    const preferred = await api.list(spring({ $top: '' }).replace('&%24top=', ''), {
      prefer: 'odata.maxpagesize=2',
    });

    expect(first['@odata.nextLink']).toMatch(
      /^https:\/\/graph\.microsoft\.com\/v1\.0\/me\/calendarView\?.*\$skip=4$/,
    );
    expect([first.value.length, second.value.length]).toEqual([4, 2]);
    expect(second).not.toHaveProperty('@odata.nextLink');
    expect(preferred.value).toHaveLength(2);
    expect((await api.list(spring({ $count: 'true', $top: '1' })))['@odata.count']).toBe(6);
  });

  it('selects, orders and filters', async () => {
    const { value } = await api.list(
      spring({ $select: 'subject,start,createdDateTime', $orderby: 'subject desc,start/dateTime' }),
    );

    expect(Object.keys(value[0] ?? {}).sort()).toEqual(['@odata.etag', 'id', 'start', 'subject']);
    expect(value.map(({ subject }) => subject)).toEqual([
      'Weekly',
      'Weekly',
      'Weekly',
      'Weekly',
      'Trip to Kiel',
      'Salary',
    ]);
    const filtered = async ($filter: string) => (await api.list(spring({ $filter }))).value.length;
    expect(await filtered("contains(subject,'EEK')")).toBe(4);
    expect(await filtered("startswith(subject, 'trip')")).toBe(1);
    expect(await filtered("subject eq 'salary' or isAllDay eq true")).toBe(2);
    expect(await filtered("not (contains(subject,'e') and isAllDay eq false)")).toBe(2);
    expect(await filtered("start/dateTime ge '2026-04-13T08:00:00' and end/dateTime lt '2026-04-14'")).toBe(
      1,
    );
    expect(await filtered("sensitivity eq 'private'")).toBe(1);
  });

  it('fails on a filter where an event has no subject, as Exchange does', async () => {
    await microsoft.control('events', {
      mailbox: 'mona@acme.example',
      events: [{ key: 'nameless', start: berlin('2026-06-01T09:00:00'), end: berlin('2026-06-01T10:00:00') }],
    });
    const june = (more = {}) => view('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', more);

    expect(codeOf(await api.get(june({ $filter: "startswith(subject,'a')" })))).toEqual([
      500,
      'ErrorInternalServerError',
    ]);
    expect(subjects(await api.list(june()))).toEqual([null]);
    expect((await api.list(june({ $filter: "subject eq 'a'" }))).value).toEqual([]);
  });

  it.each([
    [{ $search: '"kiel"' }, 'SearchEvents'],
    [{ $select: 'title' }, 'RequestBroker--ParseUri'],
    [{ $orderby: 'location' }, 'BadRequest'],
    [{ $top: '0' }, 'BadRequest'],
    [{ $top: '1001' }, 'BadRequest'],
    [{ $skip: 'x' }, 'BadRequest'],
    [{ $filter: "contains(body/content,'x')" }, 'ErrorInvalidUrlQuery'],
    [{ $filter: "attendees eq 'x'" }, 'ErrorInvalidUrlQuery'],
    [{ $filter: 'subject eq' }, 'BadRequest'],
    [{ $filter: "subject like 'x'" }, 'BadRequest'],
  ])('refuses %j', async (more, code) => {
    expect(codeOf(await api.get(spring(more)))).toEqual([400, code]);
  });

  it('needs its window, and a zone that is one', async () => {
    const code = async (path: string, headers = {}) => codeOf(await api.get(path, headers));

    expect(await code('/me/calendarView')).toEqual([400, 'ErrorInvalidParameter']);
    expect(await code(view('2026-04-01', 'tomorrow'))).toEqual([400, 'ErrorInvalidParameter']);
    expect(await code(view('2026-04-02T00:00:00 02:00', '2026-04-03'))).toEqual([
      400,
      'ErrorInvalidParameter',
    ]);
    expect(await code(view('2026-04-03', '2026-04-01'))).toEqual([400, 'ErrorInvalidParameter']);
    expect(await code(spring(), { prefer: 'outlook.timezone="Mars Standard Time"' })).toEqual([
      400,
      'TimeZoneNotSupportedException',
    ]);
  });
});

describe('one event', () => {
  const ids = async (id: string) =>
    microsoft.control<{ id: string; immutableId: string }>('events/find', {
      mailbox: 'mona@acme.example',
      id,
    });

  it('is found by either kind of id, that of an occurrence included', async () => {
    const { id, immutableId } = await ids('weekly.20260330');
    const immutable = { prefer: 'IdType="ImmutableId"' };

    expect(id).not.toBe(immutableId);
    expect((await api.get<Event>(`/me/events/${id}`)).body).toMatchObject({ id, start: { timeZone: 'UTC' } });
    expect((await api.get<Event>(`/me/events/${id}`, immutable)).body.id).toBe(immutableId);
    expect((await api.get<Event>(`/me/events/${immutableId}`)).body.id).toBe(id);
    const series = await ids('weekly');
    const { body } = await api.get<Event>(`/me/events/${series.id}`);
    expect([body.type, body.seriesMasterId]).toEqual(['seriesMaster', null]);
    expect(body.recurrence).toEqual(weekly({ type: 'numbered', numberOfOccurrences: 5 }));
  });

  it('has another id after a move, unless ids are immutable', async () => {
    const { id, immutableId } = await ids('trip');
    const moved = await microsoft.control<{ id: string }>('events/move', {
      mailbox: 'mona@acme.example',
      id: 'trip',
    });

    expect(codeOf(await api.get(`/me/events/${id}`))).toEqual([404, 'ErrorItemNotFound']);
    expect((await api.get(`/me/events/${moved.id}`)).status).toBe(200);
    expect((await api.get(`/me/events/${immutableId}`)).status).toBe(200);
  });

  it('is not found by an id of nothing or of another mailbox', async () => {
    const ada = await microsoft.control<{ id: string }>('events/find', {
      mailbox: 'ada@acme.example',
      id: 'acme-standup',
    });

    expect(codeOf(await api.get('/me/events/nonsense'))).toEqual([400, 'ErrorInvalidIdMalformed']);
    expect(codeOf(await api.get(`/me/events/${ada.id}`))).toEqual([404, 'ErrorItemNotFound']);
    expect(codeOf(await api.get(`/me/events/${(await ids('salary')).id.toLowerCase()}`))[0]).toBe(400);
  });

  it('tells its body as HTML or as text', async () => {
    const { id } = await ids('weekly');
    const text = await api.get<Event>(`/me/events/${id}`, { prefer: 'outlook.body-content-type="text"' });

    expect((await api.get<Event>(`/me/events/${id}`)).body.body.content).toContain('<b>new</b>');
    expect(text.body.body).toEqual({ contentType: 'text', content: 'What is new' });
  });

  it('has instances', async () => {
    const { id } = await ids('weekly');
    const window = 'startDateTime=2026-03-01&endDateTime=2026-05-01';

    expect((await api.list(`/me/events/${id}/instances?${window}`)).value).toHaveLength(4);
    expect((await api.list('/me/events')).value.map(({ type }) => type)).toContain('seriesMaster');
  });
});

describe('recurrence', () => {
  it.each([
    [{ type: 'daily', interval: 2 }, { type: 'numbered', numberOfOccurrences: 3 }, ['01', '03', '05']],
    [
      { type: 'weekly', interval: 2, daysOfWeek: ['tuesday', 'thursday'] },
      { type: 'endDate', endDate: '2026-09-18' },
      ['01', '03', '15', '17'],
    ],
    [{ type: 'absoluteMonthly', interval: 1, dayOfMonth: 10 }, { type: 'noEnd' }, ['10']],
    [
      { type: 'relativeMonthly', interval: 1, daysOfWeek: ['friday'], index: 'last' },
      { type: 'noEnd' },
      ['25'],
    ],
    [
      { type: 'relativeMonthly', interval: 1, daysOfWeek: ['monday', 'tuesday'], index: 'first' },
      { type: 'noEnd' },
      ['01'],
    ],
    [{ type: 'absoluteYearly', interval: 1, month: 9, dayOfMonth: 9 }, { type: 'noEnd' }, ['09']],
    [
      { type: 'relativeYearly', interval: 1, month: 9, daysOfWeek: ['wednesday'], index: 'second' },
      { type: 'noEnd' },
      ['09'],
    ],
  ])('follows %j', async (pattern, range, days) => {
    const name = `series-${JSON.stringify(pattern).length}-${JSON.stringify(range).length}@acme.example`;
    await microsoft.control('users', { userPrincipalName: name });
    await microsoft.control('events', {
      mailbox: name,
      events: [
        {
          subject: 'Series',
          start: { dateTime: '2026-09-01T09:00:00', timeZone: 'UTC' },
          end: { dateTime: '2026-09-01T09:30:00', timeZone: 'UTC' },
          recurrence: { pattern, range: { startDate: '2026-09-01', ...range } },
        },
      ],
    });
    const own = apiOf(microsoft, await microsoft.tokenFor(name));
    const { value } = await own.list(view('2026-09-01', '2026-10-01', { $top: '50' }));

    expect(value.map(({ start }) => start.dateTime.slice(8, 10))).toEqual(days);
  });
});
