import { describe, expect, it } from 'vitest';
import { aPersonAtBoth, manyTimes, sourceOf } from './outages.ts';
import { activityOf, inJira, inMarch, pullNames, refreshed, ticketKeys } from './people.ts';

/** Waiting for who does not answer takes its time: these wait together. */
describe.concurrent('a provider that does not answer at all', () => {
  it('leaves the part of the other', async () => {
    const { admin, person, jira, github, names } = await aPersonAtBoth();
    await jira.fault(manyTimes({ kind: 'hang' }));

    const shown = await activityOf(admin, person);

    expect([ticketKeys(shown), pullNames(shown)]).toEqual([[], names]);
    expect(sourceOf(shown, jira)).toMatchObject({ provider: 'jira', code: 'provider_unreachable' });
    expect(sourceOf(shown, github)).toMatchObject({ provider: 'github', status: 'ok' });
    expect(shown.degraded).toBe(true);
  });

  it('is shown as it last answered', async () => {
    const { admin, person, github, keys, names } = await aPersonAtBoth();
    await activityOf(admin, person);
    await github.fault(manyTimes({ kind: 'hang' }));

    const shown = await activityOf(admin, person, refreshed);

    expect([ticketKeys(shown), pullNames(shown)]).toEqual([keys, names]);
    expect(sourceOf(shown, github)).toMatchObject({ status: 'stale', code: 'provider_unreachable' });
  });

  it('one of many such leaves the part of those that do, and an answer in time', async () => {
    const { admin, person, keys, names } = await aPersonAtBoth();
    const sites = [];
    for (let site = 0; site < 8; site += 1) sites.push(await inJira(admin, person));
    for (const site of sites) await site.add({ updated: inMarch });
    for (const site of sites) await site.fault(manyTimes({ kind: 'hang' }));

    const shown = await activityOf(admin, person);

    expect([ticketKeys(shown), pullNames(shown)]).toEqual([keys, names]);
    expect(shown.sources).toHaveLength(2 + 8);
    for (const site of sites) expect(sourceOf(shown, site).status).toMatch(/^(failed|timed_out)$/);
  });
});
