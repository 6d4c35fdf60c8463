import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { activityOf, inGithub, inJira, march, pullNames, ticketKeys, watched } from './people.ts';

let admin: Caller;
beforeAll(() => {
  admin = caller();
});

type JiraUsers = { users: { accountId: string; displayName: string }[] };

const zones = ['UTC', 'Pacific/Kiritimati', 'Etc/GMT+12', 'America/New_York'];
const ranges = [march, { from: '2025-03-30', to: '2025-03-30' }, { from: '2024-02-29', to: '2025-02-28' }];

describe('tickets', () => {
  it.each(zones.flatMap((zone) => ranges.map((range) => ({ zone, ...range }))))(
    'of $from to $to are those updated in these days of UTC, for an API user in $zone',
    async ({ zone, from, to }) => {
      const person = newId('person');
      const jira = await inJira(admin, person);
      const { users } = await jira.control<JiraUsers>('GET', '');
      const apiUser = users.find(({ displayName }) => displayName === 'Site Admin');
      await jira.control('PATCH', `/users/${apiUser?.accountId}`, { timeZone: zone });
      const [first, , last] = await jira.add(
        { updated: `${from}T00:00:00.000Z` },
        { updated: Date.parse(from) - 1 },
        { updated: `${to}T23:59:59.999Z` },
        { updated: Date.parse(to) + 86_400_000 },
      );

      const shown = await activityOf(admin, person, { from, to });

      expect(ticketKeys(shown)).toEqual([first, last]);
      expect(shown.metrics.tickets.total).toBe(2);
    },
  );

  it('made in the range but changed after it are not shown, made before and changed in it are', async () => {
    const person = newId('person');
    const jira = await inJira(admin, person);
    const [, changed] = await jira.add(
      { created: '2025-03-05T10:00:00Z', updated: '2025-05-01T10:00:00Z' },
      { created: '2023-03-05T10:00:00Z', updated: '2025-03-05T10:00:00Z' },
    );

    const shown = await activityOf(admin, person);

    expect(ticketKeys(shown)).toEqual([changed]);
  });
});

/** The seconds at both ends of March and just outside. */
const [before, first, last, after] = [
  '2025-02-28T23:59:59Z',
  '2025-03-01T00:00:00Z',
  '2025-03-31T23:59:59Z',
  '2025-04-01T00:00:00Z',
];
const long = { ago: '2023-06-01T00:00:00Z', since: '2025-06-01T00:00:00Z' };

describe('pull requests', () => {
  it.each([
    { what: 'created', at: (time: string) => ({ created: time, updated: long.since }) },
    { what: 'updated', at: (time: string) => ({ created: long.ago, updated: time }) },
    {
      what: 'merged',
      at: (time: string) => ({ state: 'merged', created: long.ago, merged: time, updated: long.since }),
    },
  ])('only $what in the range are shown, from its first second to its last', async ({ at }) => {
    const person = newId('person');
    const github = await inGithub(admin, person);
    const inRange = [...(await github.add(at(first))), ...(await github.add(at(last)))];
    await github.add(at(before));
    await github.add(at(after));

    const shown = await activityOf(admin, person);

    expect(pullNames(shown)).toEqual(inRange.toSorted());
    expect(shown.metrics.pullRequests.total).toBe(2);
  });

  it('open all the time, made before the range and changed after it, are not shown', async () => {
    const person = newId('person');
    const github = await inGithub(admin, person);
    await github.add({ created: long.ago, updated: long.since });

    const { items, linked } = await activityOf(admin, person);

    expect(items).toEqual([]);
    expect(linked).toBe(true);
  });

  it('are draft, open, closed or merged, and drafts count as open', async () => {
    const person = newId('person');
    const github = await inGithub(admin, person);
    for (const state of ['draft', 'open', 'closed', 'merged'])
      await github.add({ state, created: first, closed: last, merged: last });

    const { items, metrics } = await activityOf(admin, person);

    expect(new Set(items.map((item) => 'state' in item && item.state))).toEqual(
      new Set(['draft', 'open', 'closed', 'merged']),
    );
    expect(metrics.pullRequests).toEqual({ open: 2, merged: 1, closed: 1, total: 4 });
  });

  it("are complete beyond the thousand that GitHub's search shows, within its thirty searches", async () => {
    const person = newId('person');
    const github = await inGithub(admin, person);
    const all = await github.add({
      count: 1150,
      created: { from: '2023-04-01T00:00:00Z', to: '2025-03-31T00:00:00Z' },
      updated: { from: first, to: last },
    });

    const { answer, calls } = await watched([github], () => activityOf(admin, person));

    expect(pullNames(answer)).toEqual(all.toSorted());
    expect(answer.metrics.pullRequests.open).toBe(1150);
    expect(answer.degraded).toBe(false);
    expect(calls.length).toBeLessThanOrEqual(30);
  });

  it('more than a thousand of one second are shown as far as GitHub does, as timed_out', async () => {
    const person = newId('person');
    const github = await inGithub(admin, person);
    await github.add({ count: 1001, created: first, updated: last });

    const { metrics, sources, degraded } = await activityOf(admin, person);

    expect(metrics.pullRequests.total).toBe(1000);
    expect(sources.map(({ status }) => status)).toEqual(['timed_out']);
    expect(degraded).toBe(true);
  });
});
