import { afterAll, beforeAll, expect, it } from 'vitest';
import { caller, local } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { healthOf, searches } from './seen.ts';

/** In a cloud of its own, whose clock it moves. */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const hours = (count: number) => local('POST', 'clock', { advanceSeconds: count * 3600 }, cloud.url);

it('the figures of health are of the last day, hour by hour, and of no other', async () => {
  const admin = caller({}, cloud.url);
  const account = await aGithubAccount({}, [], cloud.standins['github']);
  const { id } = await connectedGithub(admin, account);
  await account.fault({ times: 1, act: { kind: 'answer', status: 501, headers: {}, body: {} } });
  await searches(admin, id, 1);

  await hours(12);
  await searches(admin, id, 11);
  const both = await healthOf(admin, id);
  await hours(13);
  const later = await healthOf(admin, id);
  await hours(12);
  const nothing = await healthOf(admin, id);

  expect(both.successRate).toBeCloseTo(11 / 12);
  expect(both.lastError).toMatchObject({ code: 'provider_error' });
  expect(later.successRate).toBe(1);
  expect(later).not.toHaveProperty('lastError');
  expect(nothing).toMatchObject({ state: 'healthy', latency: {} });
  expect(nothing).not.toHaveProperty('successRate');
});
