import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { control } from '../support/standins.ts';
import {
  activityOf,
  aLogin,
  idsOf,
  inGithub,
  inJira,
  inMarch,
  linked,
  march,
  nothing,
  pullInMarch,
  pullNames,
  type Shown,
  ticketKeys,
  watched,
} from './people.ts';

let admin: Caller;
let person: string;
beforeEach(() => {
  admin = caller();
  person = newId('person');
});

describe('activity across integrations', () => {
  it('is one answer of the two Jiras and two GitHubs that the caller may use', async () => {
    const [ours, mine] = [await inJira(admin, person), await inJira(admin, person, { scope: 'user' })];
    const [work, free] = [await inGithub(admin, person), await inGithub(admin, person, { scope: 'user' })];
    await ours.add({ summary: 'Ours', updated: inMarch });
    await mine.add({ summary: 'Mine', updated: inMarch }, { summary: 'Mine too', updated: inMarch });
    const names = [...(await work.add(pullInMarch)), ...(await free.add({ ...pullInMarch, count: 3 }))];

    const shown = await activityOf(admin, person);

    const all = [ours, mine, work, free].map(({ integrationId }) => integrationId);
    expect(idsOf(shown)).toEqual(all.toSorted());
    expect(shown.sources.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(shown.degraded).toBe(false);
    expect(pullNames(shown)).toEqual(names.toSorted());
    const from = (id: string) => shown.items.filter(({ integrationId }) => integrationId === id).length;
    expect(all.map(from)).toEqual([1, 2, 1, 3]);
    expect([shown.metrics.tickets.total, shown.metrics.pullRequests.total]).toEqual([3, 4]);
  });

  it('never uses the personal integrations of others, nor what they cached', async () => {
    const member = caller({ organizationId: admin.organizationId, role: 'member', personId: person });
    const theirs = await inJira(member, person, { scope: 'user' });
    await theirs.add({ updated: inMarch });
    const own = await activityOf(member, person);

    const { answer, calls } = await watched([theirs], () => activityOf(admin, person));

    expect(own.metrics.tickets.total).toBe(1);
    expect(answer).toEqual(nothing);
    expect(calls).toEqual([]);
  });

  it('of one organisation is not shown in another, not even to the same user', async () => {
    const { userId } = admin;
    const elsewhere = caller({ userId, personId: person });
    const jira = await inJira(admin, person, { scope: 'user' });
    const github = await inGithub(admin, person);
    await jira.add({ updated: inMarch });
    await github.add(pullInMarch);

    const { answer, calls } = await watched([jira, github], () => activityOf(elsewhere, person));

    expect(answer).toEqual(nothing);
    expect(calls).toEqual([]);
  });

  it('counts a pull request that two integrations see once', async () => {
    const login = await aLogin();
    const one = await inGithub(admin, person, { login });
    const two = await inGithub(admin, person, { login, scope: 'user' });
    const names = [...(await one.add({ ...pullInMarch, count: 2 })), ...(await two.add(pullInMarch))];

    const shown = await activityOf(admin, person);

    expect(pullNames(shown)).toEqual(names.toSorted());
    expect(shown.metrics.pullRequests).toEqual({ open: 3, merged: 0, closed: 0, total: 3 });
    expect(idsOf(shown)).toHaveLength(2);
  });

  it('shows it as it is now, whichever of the two is down and last saw it earlier', async () => {
    const login = await aLogin();
    const one = await inGithub(admin, person, { login });
    const two = await inGithub(admin, person, { login });
    const [owner = ''] = one.repository.split('/');
    await control('github', 'POST', 'organizations', { login: owner, members: [{ login: one.login }] });
    const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    const [name = ''] = await one.add({ created: ago(1), updated: ago(1) });
    const ranges = [ago(1), ago(100)].map((from) => ({ from: from.slice(0, 10), to: ago(0).slice(0, 10) }));
    const before = await Promise.all(ranges.map((range) => activityOf(admin, person, range)));
    const path = `/integrations/${one.integrationId}/proxy/repos/${name.replace('#', '/issues/')}`;
    await admin.patch(path, { state: 'closed' });

    const after: Shown[] = [];
    for (const [index, down] of [one, two].entries()) {
      await down.fault({ times: 3, act: { kind: 'answer', status: 500 } });
      after.push(await activityOf(admin, person, { ...march, ...ranges[index], refresh: 'true' }));
    }

    const isOpen = { open: 1, merged: 0, closed: 0, total: 1 };
    const isClosed = { open: 0, merged: 0, closed: 1, total: 1 };
    expect(before.map(({ metrics }) => metrics.pullRequests)).toEqual([isOpen, isOpen]);
    expect(after.map(({ metrics }) => metrics.pullRequests)).toEqual([isClosed, isClosed]);
    for (const { sources } of after)
      expect(sources.map(({ status }) => status).toSorted()).toEqual(['ok', 'stale']);
  });

  it('brings together the several accounts a person has in one integration', async () => {
    const jira = await inJira(admin, person);
    const [second] = (
      await jira.control<{ users: { accountId: string }[] }>('POST', '/users', { displayName: 'Ann (old)' })
    ).users;
    await linked(admin, person, jira.integrationId, second?.accountId ?? '');
    const keys = await jira.add({ updated: inMarch }, { updated: inMarch, assignee: 'Ann (old)' });

    const shown = await activityOf(admin, person);

    expect(ticketKeys(shown)).toEqual(keys.toSorted());
    expect(idsOf(shown)).toEqual([jira.integrationId]);
  });
});
