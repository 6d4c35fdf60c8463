import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { activityOf, inGithub, inJira, march, pullNames, refreshed, ticketKeys, watched } from './people.ts';

const day = 86_400_000;
const [start, end] = [Date.parse(march.from), Date.parse(march.to) + day];
const iso = (at: number): string => new Date(at).toISOString();

/** As Jira names the categories, and as the API does. */
const statuses = [
  { name: 'Triage', category: 'new', shown: 'new' },
  { name: 'Cooking', category: 'indeterminate', shown: 'in_progress' },
  { name: 'Done, they say', category: 'indeterminate', shown: 'in_progress' },
  { name: 'Served', category: 'done', shown: 'done' },
] as const;

/** Two hundred and ten tickets at even distances, the first thirty before March, the last thirty after. */
const tickets = Array.from({ length: 210 }, (_, place) => {
  const updated = start + (place - 30) * ((end - start) / 150);
  return { updated, created: updated - 20 * day, status: statuses[place % 4] ?? statuses[0] };
});

let admin: Caller;
let person: string;
let jira: Awaited<ReturnType<typeof inJira>>;
let github: Awaited<ReturnType<typeof inGithub>>;
let keys: string[];
const stateOf = new Map<string, string>();

beforeAll(async () => {
  admin = caller();
  person = newId('person');
  jira = await inJira(admin, person, {
    site: {
      statuses: statuses.map(({ name, category }) => ({ name, category })),
      projects: [{ key: 'KIT', name: 'The Kitchen' }],
    },
  });
  keys = await jira.add(
    ...tickets.map(({ updated, created, status }, place) => ({
      summary: `Dish ${place}`,
      type: 'Story',
      priority: 'High',
      status: status.name,
      created,
      updated,
    })),
    ...Array.from({ length: 10 }, () => ({ assignee: null, updated: start + day })),
  );

  github = await inGithub(admin, person);
  const inRange = [
    ['merged', 40, { created: iso(start - 30 * day), merged: { from: iso(start), to: iso(end - 1000) } }],
    ['open', 30, { created: { from: iso(start), to: iso(end - 1000) }, updated: iso(end + day) }],
    ['draft', 20, { created: iso(start - 200 * day), updated: { from: iso(start), to: iso(end - 1000) } }],
    ['closed', 10, { created: iso(start + day), closed: iso(start + 2 * day) }],
  ] as const;
  for (const [state, count, times] of inRange)
    for (const name of await github.add({ count, state, ...times })) stateOf.set(name, state);
  await github.add({ count: 15, created: iso(start - 90 * day), updated: iso(start - day) });
  await github.add({ count: 15, created: iso(end + day) });
  await github.add({ count: 10, created: iso(start - day), updated: iso(end + day) });
});

describe('a person with 150 tickets and 100 pull requests in the range', () => {
  it('is shown completely, in at most five provider calls', async () => {
    const expected = tickets.flatMap(({ updated, status }, place) =>
      updated >= start && updated < end ? [[keys[place], iso(updated), status.name, status.shown]] : [],
    );

    const { answer, calls } = await watched([jira, github], () => activityOf(admin, person));

    const { items, linked, degraded, sources } = answer;
    const seen = items.flatMap((item) =>
      item.kind === 'ticket' ? [[item.key, item.updatedAt, item.status, item.statusCategory]] : [],
    );
    expect(expected).toHaveLength(150);
    expect(new Set(seen.map((one) => one.join()))).toEqual(new Set(expected.map((one) => one.join())));
    expect(seen).toHaveLength(150);
    expect(pullNames({ items })).toEqual([...stateOf.keys()].toSorted());
    expect(calls.length).toBeLessThanOrEqual(5);
    expect([linked, degraded]).toEqual([true, false]);
    expect(sources.map(({ integrationId, provider, status }) => [integrationId, provider, status])).toEqual(
      expect.arrayContaining([
        [jira.integrationId, 'jira', 'ok'],
        [github.integrationId, 'github', 'ok'],
      ]),
    );
  });

  it('has metrics that count what is listed, by category and state', async () => {
    const inMarch = tickets.filter(({ updated }) => updated >= start && updated < end);
    const inCategory = (shown: string): number =>
      inMarch.filter(({ status }) => status.shown === shown).length;

    const { items, metrics } = await activityOf(admin, person);

    expect(metrics.tickets).toEqual({
      completed: inCategory('done'),
      inProgress: inCategory('in_progress'),
      notStarted: inCategory('new'),
      total: 150,
    });
    expect(metrics.pullRequests).toEqual({ open: 50, merged: 40, closed: 10, total: 100 });
    expect(items).toHaveLength(metrics.tickets.total + metrics.pullRequests.total);
    const states = items.flatMap((item) => (item.kind === 'pull_request' ? [item] : []));
    for (const { repository, number, state } of states)
      expect(state).toBe(stateOf.get(`${repository}#${number}`));
  });

  it('shows every field of a ticket and of a pull request, newest change first', async () => {
    const place = 42;
    const [number] = [...stateOf.keys()].map((name) => Number(name.split('#')[1]));

    const { items } = await activityOf(admin, person);

    expect(items.find((item) => item.kind === 'ticket' && item.key === keys[place])).toEqual({
      kind: 'ticket',
      key: keys[place],
      title: 'Dish 42',
      issueType: 'Story',
      status: 'Done, they say',
      statusCategory: 'in_progress',
      priority: 'High',
      project: { key: 'KIT', name: 'The Kitchen' },
      createdAt: iso(tickets[place]?.created ?? 0),
      updatedAt: iso(tickets[place]?.updated ?? 0),
      url: `${jira.baseUrl}/browse/${keys[place]}`,
      integrationId: jira.integrationId,
    });
    expect(items.find((item) => item.kind === 'pull_request' && item.number === number)).toEqual({
      kind: 'pull_request',
      number,
      title: 'Item 1',
      state: 'merged',
      repository: github.repository,
      createdAt: iso(start - 30 * day),
      updatedAt: iso(start),
      closedAt: iso(start),
      mergedAt: iso(start),
      url: `https://github.com/${github.repository}/pull/${number}`,
      integrationId: github.integrationId,
    });
    const times = items.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('is shown again within five minutes without a provider call, by whoever asks', async () => {
    const first = await activityOf(admin, person);
    const colleague = caller({ organizationId: admin.organizationId });

    const { answer, calls } = await watched([jira, github], () =>
      Promise.all([activityOf(admin, person), activityOf(colleague, person)]),
    );

    expect(calls).toEqual([]);
    expect(answer).toEqual([first, first]);
  });

  it('is asked again on refresh, and that answer is then kept', async () => {
    const [key] = await jira.add({ summary: 'Late order', updated: start + 5 * day });
    const before = await activityOf(admin, person);

    const fresh = await watched([jira, github], () => activityOf(admin, person, refreshed));
    const after = await watched([jira, github], () => activityOf(admin, person));

    expect(ticketKeys(before)).not.toContain(key);
    expect(ticketKeys(fresh.answer)).toContain(key);
    expect(fresh.calls).toHaveLength(4);
    expect(after.calls).toEqual([]);
    expect(after.answer).toEqual(fresh.answer);
  });

  it('is asked again for another range, and refresh=false changes nothing', async () => {
    await activityOf(admin, person);
    const week = { from: march.from, to: '2025-03-07' };

    const other = await watched([jira, github], () => activityOf(admin, person, week));
    const known = await watched([jira, github], () =>
      activityOf(admin, person, { ...march, refresh: 'false' }),
    );

    expect(new Set(other.calls.map(({ host }) => host))).toEqual(new Set([jira.host, 'api.github.com']));
    expect(known.calls).toEqual([]);
  });
});

describe('today', () => {
  it('is part of the range', async () => {
    const someone = newId('person');
    const site = await inJira(admin, someone);
    const [key] = await site.add({ summary: 'Just now' });
    const today = new Date().toISOString().slice(0, 10);
    const range = { from: new Date(Date.now() - day).toISOString().slice(0, 10), to: today };

    const answer = await activityOf(admin, someone, range);

    expect(ticketKeys(answer)).toEqual([key]);
  });
});
