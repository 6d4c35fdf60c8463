import { afterAll, beforeAll, expect, it } from 'vitest';
import { aReducedJira, callsAt } from '../health/reduced.ts';
import { caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { messageOf, syncOf } from './benched.ts';
import { startedSync } from './synced.ts';

/** A run that was begun in time asks again whether the consent covers it (F125). */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

it('a sync whose consent shrank before it ran fails with its code, and asks the provider nothing', async () => {
  const admin = caller({}, bench.url);
  const { jira } = bench.standins;
  const { integrationId, shrink } = await aReducedJira(admin, jira);
  const { id: syncId } = await startedSync(admin, integrationId);
  await bench.taken({ id: 'sync' });
  await shrink(['read:jira-user', 'offline_access']);
  const { organizationId } = admin;
  await bench.runJob('refresh', { organizationId, userId: null, integrationId, reason: 'use', seen: 1 });
  const before = await callsAt('jira', jira);

  await bench.runJob('sync', messageOf(admin, integrationId, syncId), 300);

  expect(await syncOf(admin, integrationId, syncId)).toMatchObject({
    state: 'failed',
    code: 'missing_scope',
    processed: 0,
  });
  expect(await callsAt('jira', jira)).toBe(before);
});
