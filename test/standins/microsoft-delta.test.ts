import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  codeOf,
  type Event,
  type Events,
  type Microsoft,
  openMicrosoft,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
let api: Api;

const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
const mailbox = 'mona@acme.example';

beforeEach(async () => {
  microsoft = await openMicrosoft();
  await microsoft.control('users', { userPrincipalName: mailbox });
  await microsoft.control('events', {
    mailbox,
    events: [
      {
        key: 'daily',
        subject: 'Daily',
        start: utc('2026-01-05T09:00:00'),
        end: utc('2026-01-05T09:15:00'),
        recurrence: {
          pattern: { type: 'daily', interval: 1 },
          range: { type: 'numbered', startDate: '2026-01-05', numberOfOccurrences: 4 },
        },
        exceptions: [{ on: '2026-01-07', subject: 'Daily, with guests' }],
      },
      { key: 'one', subject: 'One', start: utc('2026-01-05T12:00:00'), end: utc('2026-01-05T13:00:00') },
      { key: 'two', subject: 'Two', start: utc('2026-01-06T12:00:00'), end: utc('2026-01-06T13:00:00') },
      { key: 'far', subject: 'Far', start: utc('2027-01-06T12:00:00'), end: utc('2027-01-06T13:00:00') },
    ],
  });
  api = apiOf(microsoft, await microsoft.tokenFor(mailbox));
});
afterEach(() => microsoft.stop());

const first = '/me/calendarView/delta?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-02-01T00:00:00Z';
const brief = ({ value }: Events) =>
  value.map((event) =>
    event['@removed'] ? `removed ${event['@removed'].reason}` : `${event.type} ${event.subject}`,
  );
const change = (id: string, input: object) =>
  microsoft.control('events/change', { mailbox, id, change: input });
const remove = (id: string) => microsoft.control('events/delete', { mailbox, id });

/** Follows every page of a round. */
const round = async (path: string, headers: Record<string, string> = {}) => {
  const pages = [await api.list(path, headers)];
  for (;;) {
    const next = pages.at(-1)?.['@odata.nextLink'];
    if (next === undefined) break;
    pages.push(await api.list(next, headers));
  }
  const link = pages.at(-1)?.['@odata.deltaLink'] ?? '';
  return { pages, link, all: { value: pages.flatMap(({ value }) => value) } };
};

describe('change tracking', () => {
  it('starts with the whole view, occurrences as stubs', async () => {
    const { all, pages } = await round(first);
    const [stub] = all.value.filter(({ type }) => type === 'occurrence');

    expect(pages).toHaveLength(1);
    expect(brief(all).sort()).toEqual([
      'exception Daily, with guests',
      'occurrence undefined',
      'occurrence undefined',
      'occurrence undefined',
      'singleInstance One',
      'singleInstance Two',
    ]);
    expect(Object.keys(stub ?? {}).sort()).toEqual([
      '@odata.etag',
      '@odata.type',
      'end',
      'id',
      'seriesMasterId',
      'start',
      'type',
    ]);
    const master = await api.get<Event>(`/me/events/${stub?.seriesMasterId}`);
    expect(master.body).toMatchObject({ type: 'seriesMaster', subject: 'Daily' });
  });

  it('goes on with what changed, in the window and out of it', async () => {
    const { link } = await round(first);
    expect((await round(link)).all.value).toEqual([]);

    await change('one', { subject: 'Changed' });
    await remove('two');
    await change('far', { subject: 'Still far' });
    const second = await round(link);
    expect(brief(second.all)).toEqual(['singleInstance Changed', 'removed deleted', 'removed deleted']);
    expect(second.all.value[1]).toEqual({
      '@odata.type': '#microsoft.graph.event',
      id: expect.any(String),
      '@removed': { reason: 'deleted' },
    });

    await change('far', { start: utc('2026-01-08T12:00:00'), end: utc('2026-01-08T13:00:00') });
    expect(brief((await round(second.link)).all)).toEqual(['singleInstance Still far']);
    expect(brief((await round(link)).all)).toHaveLength(3);
  });

  it('tells a whole series again when anything of it changes, without what was deleted', async () => {
    const { link } = await round(first);
    await remove('daily.20260106');
    const { all, link: later } = await round(link);

    expect(brief(all).sort()).toEqual([
      'exception Daily, with guests',
      'occurrence undefined',
      'occurrence undefined',
    ]);
    const { immutableId } = await microsoft.control<{ immutableId: string }>('events/find', {
      mailbox,
      id: 'daily',
    });
    await remove('daily');
    const gone = await round(later, { prefer: 'IdType="ImmutableId"' });
    expect(gone.all.value).toEqual([
      { '@odata.type': '#microsoft.graph.event', id: immutableId, '@removed': { reason: 'deleted' } },
    ]);
  });

  it('comes in pages that never part a series', async () => {
    const { pages, link } = await round(first, { prefer: 'odata.maxpagesize=1' });

    expect(pages.map(({ value }) => value.length)).toEqual([1, 1, 4]);
    expect(pages[0]?.['@odata.nextLink']).toMatch(/\/me\/calendarView\/delta\?\$skiptoken=/);
    expect(link).toMatch(/\/me\/calendarView\/delta\?\$deltatoken=/);
    expect((await round(link)).all.value).toEqual([]);
  });

  it('loses nothing that changes between two pages', async () => {
    const prefer = { prefer: 'odata.maxpagesize=1' };
    const page = await api.list(first, prefer);
    await change('one', { subject: 'Changed between' });
    const { link } = await round(page['@odata.nextLink'] ?? '', prefer);

    expect(brief((await round(link)).all)).toEqual(['singleInstance Changed between']);
  });

  it('holds the masters of series where told to', async () => {
    await microsoft.control('delta/masters', { shown: true });
    expect(brief((await round(first)).all)).toContain('seriesMaster Daily');
  });

  it.each(['$select=subject', '$filter=isAllDay eq true', '$orderby=subject', '$search=x', '$top=5'])(
    'does not take %s',
    async (more) => {
      expect(codeOf(await api.get(`${first}&${more}`))).toEqual([400, 'ErrorInvalidUrlQuery']);
    },
  );

  it.each(['syncStateNotFound', 'resyncRequired'])('ends with 410 and %s when told to', async (code) => {
    const { link } = await round(first);
    await microsoft.control('delta/expire', { mailbox, code });

    expect(codeOf(await api.get(link))).toEqual([410, code]);
    const again = await round(first);
    expect((await round(again.link)).all.value).toEqual([]);
  });

  it('takes no token of another mailbox, and none that is nonsense', async () => {
    const { link } = await round(first);
    const ada = apiOf(microsoft, await microsoft.tokenFor('ada@acme.example'));

    expect(codeOf(await ada.get(link))).toEqual([410, 'syncStateNotFound']);
    expect(codeOf(await api.get('/me/calendarView/delta?$deltatoken=nonsense'))[0]).toBe(410);
    expect(codeOf(await api.get('/me/calendarView/delta'))).toEqual([400, 'ErrorInvalidParameter']);
  });

  it('is there for an app by itself', async () => {
    const own = apiOf(microsoft, await microsoft.appToken());
    const { body } = await own.get<Events>(first.replace('/me', `/users/${mailbox}`));

    expect(body.value).toHaveLength(6);
    expect(body['@odata.deltaLink']).toContain(`/users/${encodeURIComponent(mailbox)}/calendarView/delta?`);
    expect((await own.get<Events>(body['@odata.deltaLink'] ?? '')).body.value).toEqual([]);
  });
});
