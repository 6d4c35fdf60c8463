import { describe, expect, it } from 'vitest';
import { caller, company } from '../support/api.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira, control } from '../support/standins.ts';
import { historyOf, syncOf } from './benched.ts';
import { recordsOf, startedSync, synced } from './synced.ts';

const aSiteWith = async (count: number) => {
  const site = await aJiraSite();
  // Of one moment, so that pages are of one length.
  await site.control('POST', '/issues', { count, updated: '2026-01-02T00:00:00Z' });
  return site;
};

describe('the progress of a sync', () => {
  it('is told with each page', async () => {
    const admin = caller();
    const site = await aSiteWith(250);
    const { id } = await connectedJira(admin, site);
    await site.fault({ match: { path: '/search' }, times: 3, act: { kind: 'delay', ms: 400 } });

    const started = await startedSync(admin, id);
    const seen = new Set<string>();
    const known = new Set<number>();
    for (let state = ''; state !== 'succeeded'; ) {
      const run = await syncOf(admin, id, started.id);
      ({ state } = run);
      seen.add(state);
      known.add(run.processed);
      expect(run.counts.created).toBe(run.processed);
    }

    expect(started).toMatchObject({ state: 'queued', processed: 0, requestedBy: admin.userId });
    expect([...seen].filter((state) => state !== 'queued')).toEqual(['running', 'succeeded']);
    expect([...known]).toEqual([0, 90, 180, 250]);
  });
});

describe('the history', () => {
  it('comes newest first, page by page, with what each run did', async () => {
    const admin = caller();
    const site = await aSiteWith(2);
    const { id } = await connectedJira(admin, site);
    const ids: string[] = [];
    for (let run = 0; run < 5; run += 1) ids.push((await synced(admin, id)).id);

    const first = await historyOf(admin, id, '?limit=3');
    const rest = await historyOf(admin, id, `?limit=3&cursor=${encodeURIComponent(first.nextCursor)}`);
    const all = await historyOf(admin, id);

    const named = (runs: { id: string }[]) => runs.map((run) => run.id);
    expect([...named(first.syncs), ...named(rest.syncs)]).toEqual(ids.toReversed());
    expect(first.syncs).toHaveLength(3);
    expect(rest.nextCursor).toBeNull();
    expect(all.syncs.at(-1)).toMatchObject({
      trigger: 'manual',
      state: 'succeeded',
      processed: 2,
      counts: { created: 2, updated: 0, skipped: 0, removed: 0, failed: 0 },
    });
    for (const { queuedAt, startedAt, endedAt } of all.syncs) {
      expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(Date.parse(queuedAt));
      expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
    }
  });

  it('knows no run of another integration, and none that is none', async () => {
    const admin = caller();
    const [one, other] = [await aSiteWith(1), await aSiteWith(1)];
    const { id } = await connectedJira(admin, one);
    const { id: otherId } = await connectedJira(admin, other);
    const run = await synced(admin, otherId);

    for (const wrong of [run.id, 'syn_1', `syn_${'a'.repeat(23)}`])
      expect((await admin.get(`/integrations/${id}/syncs/${wrong}`)).status).toBe(404);
  });
});

describe('who may see and start syncs', () => {
  it('is an admin for the organisation’s; its records are for all', async () => {
    const { admin, member, stranger } = company();
    const { id } = await connectedJira(admin, await aSiteWith(2));
    const run = await synced(admin, id);

    const paths = [`syncs`, `syncs/${run.id}`, 'schedule', 'mapping'];
    const refused = await Promise.all(paths.map((path) => member.get(`/integrations/${id}/${path}`)));
    const unknown = await Promise.all(
      [...paths, 'records'].map((path) => stranger.get(`/integrations/${id}/${path}`)),
    );

    expect(refused.map(({ status }) => status)).toEqual(paths.map(() => 403));
    expect((await member.post(`/integrations/${id}/sync`)).status).toBe(403);
    expect((await member.put(`/integrations/${id}/schedule`, { interval: 'daily' })).status).toBe(403);
    expect(unknown.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect((await recordsOf(member, id)).size).toBe(2);
  });

  it('is its owner alone for a personal one, whose records nobody else sees', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount({}, ['repo']);
    const repository = `${account.login}/things`;
    await control('github', 'POST', 'repositories', { repository });
    await control('github', 'POST', 'issues', { repository, author: account.login, count: 2 });
    const { id } = await connectedGithub(member, account, 'user');

    const run = await synced(member, id);
    const schedule = await member.put(`/integrations/${id}/schedule`, { interval: 'daily' });
    const paths = [`syncs`, `syncs/${run.id}`, 'schedule', 'mapping', 'records'];
    const others = await Promise.all(paths.map((path) => admin.get(`/integrations/${id}/${path}`)));

    expect(run.counts).toMatchObject({ created: 2 });
    expect(schedule.status).toBe(200);
    expect((await recordsOf(member, id)).size).toBe(2);
    expect(others.map(({ status }) => status)).toEqual(paths.map(() => 404));
    expect((await admin.post(`/integrations/${id}/sync`)).status).toBe(404);
  });

  it('finds nothing to sync where the integration is unknown', async () => {
    const { status, body } = await caller().post('/integrations/int_o_aaaaaaaaaaaaaaaaaaaaaa/sync');

    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
  });
});

it('keeps the records of an integration apart by type', async () => {
  const admin = caller();
  const account = await aGithubAccount({}, ['repo']);
  const repository = `${account.login}/things`;
  const made = { repository, author: account.login };
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'issues', { ...made, count: 2 });
  await control('github', 'POST', 'pulls', { ...made, count: 3, state: 'merged' });
  const { id } = await connectedGithub(admin, account);

  await synced(admin, id);

  expect((await recordsOf(admin, id)).size).toBe(5);
  expect((await recordsOf(admin, id, '&type=task')).size).toBe(2);
  const pulls = [...(await recordsOf(admin, id, '&type=pull_request')).values()];
  expect(pulls.map(({ status, providerStatus }) => ({ status, providerStatus }))).toEqual(
    pulls.map(() => ({ status: 'done', providerStatus: 'merged' })),
  );
  expect(pulls).toHaveLength(3);
  expect((await recordsOf(admin, id, '&type=event')).size).toBe(0);
});
