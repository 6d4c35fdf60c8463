import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, local } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { settled } from '../support/table.ts';

/** What many calls at the same moment cost a process that has just started. */

const each = 20;

let cloud: Cloud;
let holders: { admin: Caller; id: string }[];
beforeAll(async () => {
  const first = await startCloud();
  const ids = await Promise.all(
    [caller({}, first.url), caller({}, first.url)].map(async (admin) => {
      const { id } = await connectedJira(admin, await aJiraSite({}, first.standins['jira']));
      return { admin, id: id as string };
    }),
  );
  await settled(first);
  await first.stop();
  cloud = await startCloud([], { data: first.data });
  holders = ids.map(({ admin, id }) => ({ admin: caller(admin, cloud.url), id }));
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

describe('the first calls of a fresh process, all at once', () => {
  it('fetch and unwrap the data key of each organisation once', async () => {
    const calls = holders.flatMap(({ admin, id }) =>
      Array.from({ length: each }, () => admin.post(`/integrations/${id}/search`, { query: 'admin' })),
    );

    const statuses = (await Promise.all(calls)).map(({ status }) => status);

    const all = holders.length * each;
    const { body } = await local('GET', 'metrics', undefined, cloud.url);
    const { kms, provider, dynamodb } = body.operations['integrations.search'];
    expect(statuses).toEqual(Array(all).fill(200));
    expect([kms, provider]).toEqual([holders.length, all]);
    // Of each call its credential; of each organisation its key.
    expect(dynamodb.readUnits).toBe(all + holders.length);
  });
});
