import { describe, expect, it } from 'vitest';
import { type Caller, caller, company } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import { synced } from '../sync/synced.ts';
import { aJiraWith, statsOf } from './told.ts';

const things = async (admin: Caller) => {
  const account = await aGithubAccount({}, ['repo']);
  const repository = `${account.login}/things`;
  const made = { repository, author: account.login };
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'issues', { ...made, count: 2 });
  await control('github', 'POST', 'pulls', { ...made, count: 3 });
  return (await connectedGithub(admin, account)).id as string;
};

describe('statistics', () => {
  it('are all zero where nothing happened', async () => {
    const { totalProviders, categories, ...rest } = await statsOf(caller());

    expect(rest).toEqual({
      connected: 0,
      syncs: { succeeded: 0, failed: 0 },
      itemsProcessed: 0,
      recentActivity: [],
      timeSaved: { minutes: 0, formula: expect.stringMatching(/×/), inputs: expect.anything() },
    });
    expect(rest.timeSaved.inputs.every(({ items }: { items: number }) => items === 0)).toBe(true);
    expect(totalProviders).toBeGreaterThan(10);
    expect(categories.map(({ connected }: { connected: number }) => connected)).toEqual(
      categories.map(() => 0),
    );
    expect(categories.reduce((sum: number, { providers }: { providers: number }) => sum + providers, 0)).toBe(
      totalProviders,
    );
  });

  it('tell what was connected, synced and kept, and the time that saved', async () => {
    const admin = caller();
    const { id: jira } = await aJiraWith(admin, 7);
    const github = await things(admin);
    for (const id of [jira, github, github]) await synced(admin, id);

    const stats = await statsOf(admin);

    expect(stats).toMatchObject({ connected: 2, syncs: { succeeded: 3, failed: 0 }, itemsProcessed: 12 });
    const { minutes, inputs } = stats.timeSaved;
    expect(inputs).toEqual([
      { type: 'task', items: 9, minutesEach: 2 },
      { type: 'pull_request', items: 3, minutesEach: 3 },
      { type: 'event', items: 0, minutesEach: 1 },
      { type: 'person', items: 0, minutesEach: 1 },
    ]);
    expect(minutes).toBe(9 * 2 + 3 * 3);
    const busy = stats.categories.filter(({ connected }: { connected: number }) => connected > 0);
    expect(busy.reduce((sum: number, { connected }: { connected: number }) => sum + connected, 0)).toBe(2);
    expect(stats.recentActivity.slice(0, 3)).toMatchObject([
      { action: 'sync.finished', provider: 'github', outcome: 'ok' },
      { action: 'sync.finished', provider: 'github', outcome: 'ok' },
      { action: 'sync.finished', provider: 'jira', outcome: 'ok' },
    ]);
    expect(stats.recentActivity.at(-1)).toMatchObject({ action: 'integration.created', provider: 'jira' });
  });

  it('count a sync that failed as one that failed', async () => {
    const admin = caller();
    const { id, site } = await aJiraWith(admin, 3);
    await site.fault({ match: { path: '/search' }, times: 1, act: { kind: 'answer', status: 403 } });
    await synced(admin, id);
    await synced(admin, id);

    const stats = await statsOf(admin);

    expect(stats).toMatchObject({ syncs: { succeeded: 1, failed: 1 }, itemsProcessed: 3 });
    expect(stats.recentActivity[1]).toMatchObject({ action: 'sync.finished', outcome: 'failed' });
  });

  it('show what others do with their own in figures alone', async () => {
    const { admin, member, stranger } = company();
    const { id } = await aJiraWith(member, 4, 'user');
    await synced(member, id);

    const [own, others, elsewhere] = [await statsOf(member), await statsOf(admin), await statsOf(stranger)];

    expect(own).toMatchObject({ connected: 1, itemsProcessed: 4 });
    expect(own.recentActivity).toHaveLength(2);
    expect(others).toMatchObject({ connected: 0, itemsProcessed: 4, recentActivity: [] });
    expect(JSON.stringify(others)).not.toContain(id);
    expect(elsewhere).toMatchObject({ connected: 0, itemsProcessed: 0, recentActivity: [] });
  });

  it('know no more of what was disconnected than that it was', async () => {
    const admin = caller();
    const { id } = await aJiraWith(admin, 2);
    await synced(admin, id);

    await admin.delete(`/integrations/${id}`);
    const stats = await statsOf(admin);

    expect(stats).toMatchObject({ connected: 0, itemsProcessed: 2 });
    expect(stats.recentActivity[0]).toMatchObject({ action: 'integration.deleted', provider: 'jira' });
  });
});
