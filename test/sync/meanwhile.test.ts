import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf } from '../../lib/store/integrations.ts';
import { findSync } from '../../lib/store/syncs.ts';
import { beginRun, newState } from '../../lib/sync/begin.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aGoogleCalendar } from '../support/calendars.ts';
import { aJiraSite, connected, control } from '../support/standins.ts';
import { messageOf, overAWeek, syncedOn, syncOf } from './benched.ts';
import { kinds, type Source } from './sources.ts';
import { recordsOf, startedSync } from './synced.ts';

/** What happens while a sync is on its way: nothing is lost by it, and nothing goes on that was stopped. */

let bench: Bench;
let admin: Caller;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(() => {
  admin = caller({}, bench.url);
});

const begun = async (id: string): Promise<string> => {
  const { id: syncId } = await startedSync(admin, id);
  await bench.taken({ id: 'sync' });
  return syncId as string;
};
const deliver = async (id: string, syncId: string) => {
  await bench.runJob('sync', messageOf(admin, id, syncId), 300);
  return syncOf(admin, id, syncId);
};

const things = 200;
/** Read in the order of their changes. */
const tasks = kinds.filter(({ type }) => type === 'task');

describe.each(tasks)('things of $provider that change between two pages', ({ provider, type, make }) => {
  const path = provider === 'jira' ? '/search' : '/issues';
  const shortly = { kind: 'answer', status: 429, headers: { 'retry-after': '10' } } as const;
  let source: Source;
  let ids: string[];
  let id: string;
  beforeEach(async () => {
    source = await make(bench.standins);
    ids = await source.add(things);
    id = await source.connect(admin);
  });

  /** A run that stops behind its first page, for as long as this takes. */
  const betweenPages = async (happens: () => Promise<unknown>) => {
    const syncId = await begun(id);
    const before = (await source.calls()).length;
    const origin = bench.standins[provider];
    const asked = async () => (await source.calls()).length - before;
    await control(
      provider,
      'POST',
      'faults',
      { match: { path }, times: 1, act: { kind: 'delay', ms: 0 } },
      origin,
    );
    await control(provider, 'POST', 'faults', { match: { path }, times: 1, act: shortly }, origin);
    const waiting = await deliver(id, syncId);
    expect([waiting.state, await asked()]).toEqual(['running', 2]);
    await happens();
    bench.advance(30);
    return deliver(id, syncId);
  };
  const kept = async (): Promise<string[]> => [...(await recordsOf(admin, id)).keys()].toSorted();
  const named = (some: readonly string[]): string[] => some.map((one) => `${type} ${one}`).toSorted();
  const rename = async (): Promise<void> => {
    for (const one of ids.slice(0, 3)) await source.rename(one, 'Renamed');
  };

  it('hide no other, the first time', async () => {
    const run = await betweenPages(rename);

    expect(run).toMatchObject({ state: 'succeeded', full: true });
    expect(await kept()).toEqual(named(ids));
    const records = await recordsOf(admin, id);
    expect(ids.slice(0, 3).map((one) => records.get(`${type} ${one}`)?.title)).toEqual(
      Array(3).fill('Renamed'),
    );
  });

  it('take nothing away when everything is read again', async () => {
    await syncedOn(bench, admin, id);
    bench.advance(overAWeek);

    const run = await betweenPages(rename);

    expect(run).toMatchObject({ state: 'succeeded', full: true, counts: { removed: 0 } });
    expect(await kept()).toEqual(named(ids));
  });

  it('are gone where they were deleted, and no other is', async () => {
    await syncedOn(bench, admin, id);
    bench.advance(overAWeek);

    await betweenPages(async () => {
      for (const one of ids.slice(0, 3)) await source.remove(one);
    });
    bench.advance(overAWeek);
    await syncedOn(bench, admin, id);

    expect(await kept()).toEqual(named(ids.slice(3)));
  });
});

describe('a connection that changes during a run', () => {
  it.each([
    ['disabled', 'integration_disabled'],
    ['reset', 'needs_setup'],
    ['moved', 'different_account'],
  ])('is read no further: %s', async (what, code) => {
    const [site, other] = [
      await aJiraSite({}, bench.standins['jira']),
      await aJiraSite({}, bench.standins['jira']),
    ];
    await site.control('POST', '/issues', {
      count: 400,
      updated: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    });
    const { id, version } = await connected(admin, 'jira', site.connection);
    const syncId = await begun(id);
    await site.fault({ match: { path: '/search' }, times: 5, act: { kind: 'delay', ms: 500 } });
    const working = deliver(id, syncId);
    while ((await syncOf(admin, id, syncId)).processed === 0);

    if (what === 'disabled') await admin.patch(`/integrations/${id}`, { version, enabled: false });
    if (what === 'reset') await admin.post(`/integrations/${id}/reset`);
    if (what === 'moved') await admin.patch(`/integrations/${id}`, { version, ...other.connection });
    const before = (await site.calls()).length;
    const run = await working;

    expect(run).toMatchObject({ state: 'failed', code });
    // The page that was asked for already.
    expect((await site.calls()).length - before).toBeLessThanOrEqual(1);
    expect(run.processed).toBeLessThan(400);
  });
});

it('a provider that has it begin anew again and again ends the run', async () => {
  const origin = bench.standins['google_calendar'];
  const calendar = await aGoogleCalendar('UTC', origin);
  const { id } = await connected(admin, 'google_calendar', calendar.connection, 'organization', {
    auth: calendar.auth,
  });
  const gone = { kind: 'answer', status: 410, body: { error: { code: 410, message: 'gone' } } } as const;
  await calendar.fault(gone, 100);
  const before = (await calendar.calls()).length;
  const syncId = await begun(id);

  let run = await deliver(id, syncId);
  for (let time = 0; time < 10 && run.state === 'running'; time += 1) {
    bench.advance(900);
    run = await deliver(id, syncId);
  }

  expect(run).toMatchObject({ state: 'failed', code: 'provider_error' });
  expect((await calendar.calls()).length - before).toBeLessThan(20);
});

it('a start whose message was not sent is sent with the next', async () => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const { id } = await connected(admin, 'jira', site.connection);
  bench.faults.watch({ service: 'sqs', when: 'before', act: 'error', attempts: 'all' });
  const refused = await admin.post(`/integrations/${id}/sync`);
  bench.faults.unwatch();

  const { id: syncId } = await startedSync(admin, id);
  await bench.drain();

  expect(refused.status).toBe(503);
  expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
});

it('a start by hand keeps the schedule that was set meanwhile', async () => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const { id } = await connected(admin, 'jira', site.connection);
  await admin.put(`/integrations/${id}/schedule`, { interval: 'hourly' });
  const owner = ownerOf(admin, id);
  const seen = (await findSync(owner, id)) ?? newState(id, 'jira');
  bench.advance(1_800);
  const { body } = await admin.put(`/integrations/${id}/schedule`, { interval: 'hourly' });

  const manual = { trigger: 'manual', requestedBy: admin.userId, source: '', seenDueAt: null } as const;
  const begin = beginRun(owner, seen, { ...manual, nextSyncAt: seen.nextSyncAt }, 7);

  await expect(begin).rejects.toThrow();
  expect((await admin.get(`/integrations/${id}/schedule`)).body.nextSyncAt).toBe(body.nextSyncAt);
  expect((await admin.post(`/integrations/${id}/sync`)).status).toBe(202);
});
