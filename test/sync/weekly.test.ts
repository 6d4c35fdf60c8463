import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { counted, overAWeek, syncedOn } from './benched.ts';
import { kinds } from './sources.ts';
import { recordsOf } from './synced.ts';

/** Once a week everything is read again: only so it is found what a provider does not say is gone. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

describe.each(kinds.filter(({ tells }) => !tells))('a week of $provider', ({ type, make }) => {
  it('ends with a run that removes what is gone, page by page', async () => {
    const admin = caller({}, bench.url);
    const source = await make(bench.standins);
    const ids = await source.add(190);
    const id = await source.connect(admin);
    await syncedOn(bench, admin, id);
    const gone = ids.filter((_, index) => index % 2 === 0);
    for (const one of gone) await source.remove(one);

    const early = await syncedOn(bench, admin, id);
    bench.advance(overAWeek);
    const run = await syncedOn(bench, admin, id);
    const next = await syncedOn(bench, admin, id);

    expect(early).toMatchObject({ full: false, counts: { removed: 0 } });
    expect(run).toMatchObject({ full: true, counts: counted({ removed: 95, skipped: 95 }) });
    expect([...(await recordsOf(admin, id)).keys()].toSorted()).toEqual(
      ids
        .filter((one) => !gone.includes(one))
        .map((one) => `${type} ${one}`)
        .toSorted(),
    );
    expect(next).toMatchObject({ full: false, counts: { removed: 0 } });
  });
});

describe('a thing that cannot be read', () => {
  it('is counted, hides none of the others, and lets nothing count as gone', async () => {
    const admin = caller({}, bench.url);
    const site = await aJiraSite({}, bench.standins['jira']);
    const old = { count: 12, template: { summary: 'Thing {n}' }, updated: '2026-01-02T00:00:00Z' };
    await site.control('POST', '/issues', old);
    const { id } = await connectedJira(admin, site);
    const whole = await syncedOn(bench, admin, id);

    await site.control('PATCH', '/issues/TEST-5', { labels: [{ not: 'a label' }] });
    await site.control('DELETE', '/issues/TEST-6');
    bench.advance(overAWeek);
    const broken = await syncedOn(bench, admin, id);
    const kept = await recordsOf(admin, id);
    await site.control('PATCH', '/issues/TEST-5', { labels: ['fine'] });
    bench.advance(overAWeek);
    const mended = await syncedOn(bench, admin, id);

    expect(whole.counts).toEqual(counted({ created: 12 }));
    expect(broken).toMatchObject({
      state: 'succeeded',
      full: true,
      processed: 11,
      counts: counted({ skipped: 10, failed: 1 }),
    });
    expect(kept.get('task TEST-5').title).toBe('Thing 5');
    expect(kept.size).toBe(12);
    expect(mended).toMatchObject({ full: true, counts: counted({ skipped: 10, updated: 1, removed: 1 }) });
    expect((await recordsOf(admin, id)).has('task TEST-6')).toBe(false);
  });
});
