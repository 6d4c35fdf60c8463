import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { counted, syncedOn } from './benched.ts';
import { kinds, type Source } from './sources.ts';
import { recordsOf } from './synced.ts';

/** What a sync keeps, for every provider: as many pages as it takes, and afterwards only what changed. */

const pages = 3;
const things = 200;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

describe.each(kinds)('a sync of $provider', ({ type, tells, again, make }) => {
  let admin: Caller;
  let source: Source;
  let id: string;
  let ids: string[];
  const sync = () => syncedOn(bench, admin, id);
  const titleOf = async (externalId: string): Promise<string | undefined> =>
    (await recordsOf(admin, id)).get(`${type} ${externalId}`)?.title;
  beforeAll(async () => {
    admin = caller({}, bench.url);
    source = await make(bench.standins);
    ids = await source.add(things);
    id = await source.connect(admin);
  });

  it('keeps exactly what is there, page by page', async () => {
    const before = (await source.calls()).length;

    const run = await sync();
    const records = await recordsOf(admin, id);

    expect(run).toMatchObject({
      state: 'succeeded',
      full: true,
      processed: things,
      counts: counted({ created: things }),
    });
    expect(run.code).toBeUndefined();
    expect([...records.keys()].toSorted()).toEqual(ids.map((one) => `${type} ${one}`).toSorted());
    expect([...records.values()].map(({ title }) => String(title)).toSorted()).toEqual(
      ids.map((_, index) => `Thing ${index + 1}`).toSorted(),
    );
    expect((await source.calls()).length - before).toBe(pages);
  });

  it('finds nothing new where nothing changed, in one call', async () => {
    const before = (await source.calls()).length;

    const run = await sync();

    expect(run).toMatchObject({ full: false, processed: again, counts: counted({ skipped: again }) });
    expect((await source.calls()).length - before).toBe(1);
  });

  it('takes over what changed, and nothing else', async () => {
    const changed = ids[41] ?? '';
    await source.rename(changed, 'Another name');

    const run = await sync();

    expect(run).toMatchObject({ state: 'succeeded', counts: counted({ updated: 1, skipped: again }) });
    expect(await titleOf(changed)).toBe('Another name');
    expect(await titleOf(ids[42] ?? '')).toBe('Thing 43');
  });

  it('adds what is new', async () => {
    const [made = ''] = await source.add(1, 'now');

    const run = await sync();

    expect(run.counts).toMatchObject({ created: 1, updated: 0, removed: 0 });
    expect(await titleOf(made)).toBe('Thing 1');
    expect((await recordsOf(admin, id)).size).toBe(things + 1);
  });

  it(tells ? 'removes what the provider says is gone' : 'keeps what nobody says is gone', async () => {
    const gone = ids[7] ?? '';
    await source.remove(gone);

    const run = await sync();

    expect(run).toMatchObject({ full: false, counts: { removed: tells ? 1 : 0 } });
    expect(await titleOf(gone)).toBe(tells ? undefined : 'Thing 8');
    expect((await recordsOf(admin, id)).size).toBe(tells ? things : things + 1);
  });
});

describe.each(kinds.filter(({ type }) => type === 'task'))(
  'what is closed at $provider',
  ({ type, make }) => {
    it('is closed here', async () => {
      const admin = caller({}, bench.url);
      const source = await make(bench.standins);
      const [first = '', second = ''] = await source.add(2);
      const id = await source.connect(admin);
      await syncedOn(bench, admin, id);
      const open = await recordsOf(admin, id);

      await source.close?.(first);
      const run = await syncedOn(bench, admin, id);
      const records = await recordsOf(admin, id);

      expect(open.get(`${type} ${first}`).status).not.toBe('done');
      expect(run.counts).toMatchObject({ created: 0, updated: 1 });
      expect(records.get(`${type} ${first}`)).toMatchObject({ status: 'done' });
      expect(records.get(`${type} ${first}`).fields.closedAt).toMatch(/^\d{4}-/);
      expect(records.get(`${type} ${second}`).status).toBe(open.get(`${type} ${second}`).status);
    });
  },
);

describe.each(kinds.filter(({ tells }) => tells))('a position that $provider forgot', ({ type, make }) => {
  it('makes everything be read again, and what went meanwhile be found', async () => {
    const admin = caller({}, bench.url);
    const source = await make(bench.standins);
    const [gone = '', ...rest] = await source.add(5);
    const id = await source.connect(admin);
    await syncedOn(bench, admin, id);

    await source.remove(gone);
    await source.expire?.();
    const run = await syncedOn(bench, admin, id);
    const next = await syncedOn(bench, admin, id);

    expect(run).toMatchObject({
      state: 'succeeded',
      full: true,
      counts: counted({ skipped: 4, removed: 1 }),
    });
    expect([...(await recordsOf(admin, id)).keys()].toSorted()).toEqual(
      rest.map((one) => `${type} ${one}`).toSorted(),
    );
    expect(next).toMatchObject({ full: false, processed: 0 });
  });
});
