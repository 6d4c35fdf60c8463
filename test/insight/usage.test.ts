import { describe, expect, it } from 'vitest';
import { caller, company } from '../support/api.ts';
import { synced } from '../sync/synced.ts';
import { aJiraWith, today, usageOf, usedOf } from './told.ts';

describe('the usage report', () => {
  it('equals the events that were recorded', async () => {
    const { admin, member } = company();
    const { id, site } = await aJiraWith(admin, 5);
    const { id: own } = await aJiraWith(member, 3, 'user');
    await synced(admin, id);
    await site.fault({ match: { path: '/search' }, times: 1, act: { kind: 'answer', status: 403 } });
    await synced(admin, id);
    await synced(member, own);
    await admin.put(`/integrations/${id}/schedule`, { interval: 'daily' });
    const { body } = await aJiraWith(admin, 0).then(({ id: gone }) => admin.delete(`/integrations/${gone}`));

    const used = await usedOf(admin, 'jira');
    const audit = (await admin.get('/audit?limit=100')).body.events as { action: string; outcome: string }[];

    expect(body).toBeNull();
    const told = Object.entries(Object.groupBy(audit, ({ action }) => action.replace('.', '_'))).map(
      ([action, events]) => [action, events?.length],
    );
    expect(used.operations).toEqual(Object.fromEntries(told));
    expect(used).toMatchObject({
      connections: 2,
      connected: 3,
      disconnected: 1,
      syncs: { succeeded: 2, failed: 1, perDay: 3 },
      items: { task: 8 },
      adoption: { users: 2, members: 2, share: 1 },
      rating: { count: 0, mean: null },
    });
    expect(used.errorRate).toBeCloseTo(1 / audit.length);
  });

  it('tells which share of those who do anything connected it', async () => {
    const { admin, member } = company();
    const another = caller({ organizationId: admin.organizationId, role: 'member' });
    const { id } = await aJiraWith(admin, 0);
    for (const who of [member, another]) await who.put(`/integrations/${id}/rating`, { stars: 5 });

    const { adoption } = await usedOf(admin, 'jira');

    expect(adoption).toEqual({ users: 1, members: 3, share: 1 / 3 });
  });

  it('covers the days it is asked for, both included, and no others', async () => {
    const admin = caller();
    const { id } = await aJiraWith(admin, 1);
    await synced(admin, id);

    const [now, week, before] = [
      await usedOf(admin, 'jira'),
      await usedOf(admin, 'jira', today(-6)),
      await usedOf(admin, 'jira', today(-7), today(-1)),
    ];

    expect(now).toMatchObject({ connected: 1, syncs: { succeeded: 1, perDay: 1 } });
    expect(week.syncs.perDay).toBeCloseTo(1 / 7);
    // It is connected still, whatever the days.
    expect(before).toMatchObject({
      connections: 1,
      connected: 0,
      syncs: { succeeded: 0, failed: 0, perDay: 0 },
      operations: {},
      errorRate: 0,
    });
  });

  it('is an admin’s, of their own organisation, and for a range that is one', async () => {
    const { admin, member, stranger } = company();
    await aJiraWith(admin, 0);
    const path = (from: string, to: string) => `/usage?from=${from}&to=${to}`;

    expect((await usageOf(stranger)).providers).toEqual([]);
    expect((await member.get(path(today(), today()))).status).toBe(403);
    for (const [from, to] of [
      [today(), today(-1)],
      [today(-400), today()],
      ['yesterday', today()],
    ] as const)
      expect((await admin.get(path(from, to))).status).toBe(400);
    expect((await admin.get('/usage')).status).toBe(400);
  });
});
