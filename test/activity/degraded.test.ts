import { beforeEach, expect, it } from 'vitest';
import { healthOf, searches } from '../health/seen.ts';
import { synced } from '../sync/synced.ts';
import { answering, aPersonAtBoth, type PersonAtBoth, sourceOf } from './outages.ts';
import { activityOf, refreshed } from './people.ts';

/** What is kept of a provider that is down is given all the same, and said to be so, whoever found it out (F103). */

let { admin, person, jira, github } = {} as PersonAtBoth;
beforeEach(async () => {
  ({ admin, person, jira, github } = await aPersonAtBoth());
});

const linksOf = async () => {
  const { status, body } = await admin.get(`/links?entityType=Person&entityId=${person}`);
  return { status, links: body.links.length as number, degraded: body.degraded as boolean };
};

/** Three searches that find it down are enough to know; each call is tried three times. */
const down = async (): Promise<void> => {
  await jira.fault({ times: 9, act: answering(500) });
  await searches(admin, jira.integrationId, 3);
  const health = await healthOf(admin, jira.integrationId);
  expect(health).toMatchObject({ state: 'degraded', cause: 'provider_outage' });
};

it('a person’s activity, stale though it was fetched a moment ago', async () => {
  const before = await activityOf(admin, person);
  await down();

  const during = await activityOf(admin, person);
  await searches(admin, jira.integrationId, 1);
  const after = await activityOf(admin, person);

  expect(before.degraded).toBe(false);
  expect(during).toMatchObject({ items: before.items, metrics: before.metrics, degraded: true });
  expect(sourceOf(during, jira)).toEqual({
    ...sourceOf(before, jira),
    status: 'stale',
    code: 'provider_unreachable',
  });
  expect(sourceOf(during, github)).toEqual(sourceOf(before, github));
  expect(after).toEqual(before);
});

it('a person’s activity is asked for where that is wanted, and it may be up again', async () => {
  await activityOf(admin, person);
  await down();

  const shown = await activityOf(admin, person, refreshed);

  expect([sourceOf(shown, jira).status, shown.degraded]).toEqual(['ok', false]);
  expect(await linksOf()).toMatchObject({ degraded: false });
});

it('records, which the last sync kept', async () => {
  const { integrationId } = jira;
  await synced(admin, integrationId);
  const recordsNow = async () => {
    const { status, body } = await admin.get(`/integrations/${integrationId}/records`);
    return { status, kept: body.records.length as number, degraded: body.degraded as boolean };
  };
  const before = await recordsNow();
  await down();

  const during = await recordsNow();
  await searches(admin, integrationId, 1);

  expect(before).toEqual({ status: 200, kept: 2, degraded: false });
  expect(during).toEqual({ ...before, degraded: true });
  expect(await recordsNow()).toEqual(before);
});

it('links, as long as one of them leads there', async () => {
  const before = await linksOf();
  await down();

  const during = await linksOf();
  const external = `integrationId=${github.integrationId}&externalType=person&externalId=${github.author}`;
  const elsewhere = (await admin.get(`/links?${external}`)).body;
  await searches(admin, jira.integrationId, 1);

  expect(before).toEqual({ status: 200, links: 2, degraded: false });
  expect(during).toEqual({ ...before, degraded: true });
  expect(elsewhere).toMatchObject({ links: [{ entity: { id: person } }], degraded: false });
  expect(await linksOf()).toEqual(before);
});

it('links, also where it is a person that is missing', async () => {
  await admin.post(`/integrations/${jira.integrationId}/reset`);

  expect(await linksOf()).toEqual({ status: 200, links: 2, degraded: true });
});
