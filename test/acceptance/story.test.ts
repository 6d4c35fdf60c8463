import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, caller, local } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aJiraSite, type JiraSite } from '../support/standins.ts';
import { dumpOf, settled } from '../support/table.ts';
import { endOf, recordsOf, startedSync } from '../sync/synced.ts';

/** From the catalogue to the disconnected integration, in eleven steps over HTTP, and every number is true. */

const things = 137;

let cloud: Cloud;
let admin: Caller;
let site: JiraSite;
let id: string;
let syncId: string;
beforeAll(async () => {
  cloud = await startCloud();
  admin = caller({}, cloud.url);
  site = await aJiraSite({}, cloud.standins['jira']);
  await site.control('POST', '/issues', {
    count: things,
    template: { summary: 'Thing {n}' },
    updated: '2026-01-02T00:00:00Z',
  });
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const connection = () => ({
  provider: 'jira',
  scope: 'organization',
  auth: 'api_token',
  ...site.connection,
});
type Provider = { id: string; category: string; status: string; connected: boolean };
const catalogue = async (
  query = '',
): Promise<{ providers: Provider[]; categories: string[]; total: number }> =>
  (await admin.get(`/integrations/available${query}`)).body;
const jiraIn = ({ providers }: { providers: Provider[] }) => providers.find((one) => one.id === 'jira');
const ranges = () => {
  const today = new Date().toISOString().slice(0, 10);
  return { from: today, to: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) };
};

it('1: the catalogue says what there is, and what of it is connected', async () => {
  const { providers, categories, total } = await catalogue();

  expect(providers).toHaveLength(total);
  expect(new Set(providers.map(({ category }) => category))).toEqual(new Set(categories));
  expect(jiraIn({ providers })).toMatchObject({ status: 'available', connected: false });
  const some = await catalogue(`?category=${jiraIn({ providers })?.category}&status=available`);
  expect(some.providers.map((one) => one.id)).toEqual(
    providers
      .filter(
        ({ category, status }) => category === jiraIn({ providers })?.category && status === 'available',
      )
      .map((one) => one.id),
  );
});

it('2: the provider’s page says what it takes to connect it', async () => {
  const { body } = await admin.get('/providers/jira');

  const [token] = body.provider.auth.filter(({ kind }: { kind: string }) => kind === 'api_token');
  expect(
    token.fields.map(({ name, required }: { name: string; required: boolean }) => [name, required]),
  ).toEqual([
    ['baseUrl', true],
    ['username', true],
    ['apiToken', true],
  ]);
  expect(token.guide.steps.length).toBeGreaterThan(0);
});

it('3: a dry run tells whether the credentials work, and keeps nothing', async () => {
  const wrong = { ...connection(), credentials: { username: site.username, apiToken: 'wrong' } };

  const [bad, good] = [
    await admin.post('/integrations/test', wrong),
    await admin.post('/integrations/test', connection()),
  ];

  expect(bad.body).toMatchObject({ ok: false, code: 'provider_unauthorized' });
  expect(good.body).toMatchObject({ ok: true, account: { name: 'Site Admin' } });
  expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
});

it('4: one call connects it, and a second one is told so', async () => {
  const { status, body } = await admin.post('/integrations/connect', connection());
  const again = await admin.post('/integrations/connect', connection());

  expect(status).toBe(201);
  ({ id } = body.integration);
  expect(body.integration).toMatchObject({ status: 'active', health: { state: 'healthy' } });
  expect(again).toMatchObject({ status: 409, body: { code: 'already_connected' } });
  expect(jiraIn(await catalogue())).toMatchObject({ connected: true });
});

it('5: a sync starts at once, and there is one of it', async () => {
  await site.fault({ match: { path: '/search' }, times: 2, act: { kind: 'delay', ms: 300 } });

  const first = await startedSync(admin, id);
  const second = await startedSync(admin, id);

  syncId = first.id;
  expect(second.id).toBe(syncId);
  expect(first).toMatchObject({
    integrationId: id,
    trigger: 'manual',
    requestedBy: admin.userId,
    full: true,
  });
});

it('6: its progress leads to what the site really has', async () => {
  const run = await endOf(admin, id, syncId);

  expect(run).toMatchObject({
    state: 'succeeded',
    processed: things,
    counts: { created: things, updated: 0, skipped: 0, removed: 0, failed: 0 },
  });
  expect((await admin.get(`/integrations/${id}`)).body.integration.lastSyncAt).toBe(run.endedAt);
});

it('7: the records are those things, in one form', async () => {
  const records = await recordsOf(admin, id);

  expect(records.size).toBe(things);
  for (let number = 1; number <= things; number += 1)
    expect(records.get(`task TEST-${number}`)).toMatchObject({
      integrationId: id,
      title: `Thing ${number}`,
      status: 'new',
      url: `${site.baseUrl}/browse/TEST-${number}`,
    });
});

it('8: on a schedule the next sync comes by itself, and brings what changed', async () => {
  const { body } = await admin.put(`/integrations/${id}/schedule`, { interval: '15m' });
  await site.control('PATCH', '/issues/TEST-3', { status: 'Done' });
  await local('POST', 'clock', { advanceSeconds: 15 * 60 }, cloud.url);
  await local('POST', 'schedules/queue-due-syncs', undefined, cloud.url);

  const { syncs } = (await admin.get(`/integrations/${id}/syncs`)).body;

  expect(syncs).toHaveLength(2);
  expect(syncs[0]).toMatchObject({
    trigger: 'schedule',
    state: 'succeeded',
    counts: { updated: 1, created: 0 },
  });
  expect((await recordsOf(admin, id)).get('task TEST-3').status).toBe('done');
  const { nextSyncAt } = (await admin.get(`/integrations/${id}/schedule`)).body;
  expect(Date.parse(nextSyncAt) - Date.parse(body.nextSyncAt)).toBe(15 * 60_000);
});

it('9: the statistics know what was done, and the time that saved', async () => {
  await settled(cloud);
  const { body } = await admin.get('/integrations/stats');

  expect(body).toMatchObject({
    totalProviders: (await catalogue()).total,
    connected: 1,
    syncs: { succeeded: 2, failed: 0 },
    itemsProcessed: things + 1,
    timeSaved: { minutes: (things + 1) * 2 },
  });
  expect(body.recentActivity.map(({ action }: { action: string }) => action)).toEqual([
    'sync.finished',
    'sync.scheduled',
    'sync.finished',
    'integration.created',
  ]);
});

it('10: the report and the recommendations say the same', async () => {
  const { from, to } = ranges();
  const usage = (await admin.get(`/usage?from=${from}&to=${to}`)).body.providers;
  const { recommendations } = (await admin.get('/integrations/recommendations')).body;

  expect(usage).toMatchObject([
    {
      provider: 'jira',
      connections: 1,
      adoption: { users: 1, members: 1, share: 1 },
      operations: { integration_created: 1, sync_finished: 2, sync_scheduled: 1 },
      syncs: { succeeded: 2, failed: 0, perDay: 1 },
      errorRate: 0,
      items: { task: things + 1 },
    },
  ]);
  const names = recommendations.map(({ provider }: { provider: string }) => provider);
  expect(names).not.toContain('jira');
  expect(names).toContain('github');
});

it('11: disconnected, it is gone at once, and soon everything that hung on it', async () => {
  const { status } = await admin.delete(`/integrations/${id}`);
  const records = await admin.get(`/integrations/${id}/records`);
  await settled(cloud);

  expect(status).toBe(204);
  expect(records.status).toBe(404);
  expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
  expect(jiraIn(await catalogue())).toMatchObject({ connected: false });
  const left = (await dumpOf(cloud)).filter(
    (item) => item.includes(`#INT#${id}"`) && !item.includes('HEALTH#'),
  );
  expect(left).toEqual([]);
  const calls = (await site.calls()).length;
  await local('POST', 'clock', { advanceSeconds: 3600 }, cloud.url);
  await local('POST', 'schedules/queue-due-syncs', undefined, cloud.url);
  expect((await site.calls()).length).toBe(calls);
});
