import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, local, type Reply } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { settled } from '../support/table.ts';

/** What a use of stored credentials asks of others (F122), as the functions themselves count it. */

let cloud: Cloud;
let admin: Caller;
let site: JiraSite;
let id: string;
let version: number;
beforeAll(async () => {
  cloud = await startCloud();
  admin = caller({}, cloud.url);
  site = await aJiraSite({}, cloud.standins['jira']);
  const integration = await connectedJira(admin, site);
  ({ id, version } = integration);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const cleared = () => local('DELETE', 'metrics', undefined, cloud.url);
beforeEach(async () => {
  await cleared();
});

const search = () => admin.post(`/integrations/${id}/search`, { query: 'admin' });
const costOf = async (operation: string) =>
  (await local('GET', 'metrics', undefined, cloud.url)).body.operations[operation];
const account = async (): Promise<string> =>
  (await admin.get(`/integrations/${id}`)).body.integration.account.id;

/** One read of the credential, one write of the limiter, one call of the provider. */
const once = {
  dynamodb: { requests: 2, writes: 1, readUnits: 1, writeUnits: 1 },
  kms: 0,
  sqs: 0,
  provider: 1,
};

describe('a use of credentials whose key is known', () => {
  const uses: [string, string, () => Promise<Reply>][] = [
    ['a search', 'integrations.search', search],
    [
      'reading one entity',
      'integrations.entity',
      async () =>
        admin.get(`/integrations/${id}/entity?type=person&externalId=${encodeURIComponent(await account())}`),
    ],
  ];

  it.each(uses)(
    'costs one read, the limiter’s one write, and nothing of KMS: %s',
    async (_, operation, use) => {
      const { status } = await use();

      expect(status).toBe(200);
      expect(await costOf(operation)).toEqual({ calls: 1, ...once });
    },
  );

  it('costs one read more through the proxy, which asks first who holds the integration', async () => {
    const { status } = await admin.get(`/integrations/${id}/proxy/rest/api/3/myself`);

    expect(status).toBe(200);
    expect(await costOf('integrations.proxy')).toEqual({
      calls: 1,
      ...once,
      dynamodb: { ...once.dynamodb, requests: 3, readUnits: 2 },
    });
  });

  it('costs the same however often, and one write more every ten times, for the books on its health', async () => {
    for (let time = 0; time < 10; time += 1) expect((await search()).status).toBe(200);

    expect(await costOf('integrations.search')).toEqual({
      calls: 10,
      dynamodb: { requests: 21, writes: 11, readUnits: 10, writeUnits: 11 },
      kms: 0,
      sqs: 0,
      provider: 10,
    });
  });
});

describe('a use of credentials whose key is not known', () => {
  it('costs one more read and one call of KMS, once', async () => {
    await local('POST', 'clock', { advanceSeconds: 301 }, cloud.url);

    await search();
    const first = await costOf('integrations.search');
    await cleared();
    await search();
    const second = await costOf('integrations.search');

    expect(first).toEqual({
      calls: 1,
      dynamodb: { requests: 3, writes: 1, readUnits: 2, writeUnits: 1 },
      kms: 1,
      sqs: 0,
      provider: 1,
    });
    expect(second).toEqual({ calls: 1, ...once });
  });
});

describe('a use that is refused', () => {
  it('costs one read where the integration is disabled', async () => {
    await admin.patch(`/integrations/${id}`, { enabled: false, version });
    await settled(cloud);
    await cleared();

    const { status } = await search();

    expect(status).toBe(409);
    expect(await costOf('integrations.search')).toEqual({
      calls: 1,
      dynamodb: { requests: 1, writes: 0, readUnits: 1, writeUnits: 0 },
      kms: 0,
      sqs: 0,
      provider: 0,
    });
  });

  it('costs nothing where the call has not the right shape', async () => {
    await admin.post(`/integrations/${id}/search`, { limit: 0 });

    const { dynamodb, provider } = await costOf('integrations.search');

    expect([dynamodb.requests, provider]).toEqual([0, 0]);
  });
});
