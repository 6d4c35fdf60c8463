import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../infra/local/standins/standin.ts';
import { attempt, lines } from '../security/call.ts';
import { aCompany, type Company } from '../security/company.ts';
import type { Caller } from '../support/api.ts';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { control } from '../support/standins.ts';
import { settled } from '../support/table.ts';

/** Calls that reach a provider are counted by the minute: of a user, of an organisation, of an integration (F102). */

/** What the local cloud allows, ten times what an environment does. */
const most = { user: 1_200, organization: 6_000, integration: 3_000 };

let cloud: Cloud;
let table: DynamoDBDocumentClient;
beforeAll(async () => {
  cloud = await startCloud();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: cloud.database, region: 'us-east-1', credentials });
  table = DynamoDBDocumentClient.from(client);
});
afterAll(async () => {
  table.destroy();
  await cloud.stop();
  removeData(cloud);
});

const hashOf = (id: string): string =>
  createHash('sha256')
    .update(JSON.stringify([id]))
    .digest('base64url')
    .slice(0, 27);
const userCounter = ({ userId }: Caller): string => `u_${hashOf(userId)}`;
const integrationCounter = (id: string): string => `i_${hashOf(id)}`;

/** As if so many calls had been made, in this minute and the next. */
const counted = async ({ organizationId }: Caller, counter: string, calls: number): Promise<void> => {
  const minute = Math.floor(Date.now() / 60_000);
  for (const window of [minute, minute + 1])
    await table.send(
      new UpdateCommand({
        TableName: 'manageros-integrations',
        Key: { pk: `RATE#${organizationId}#${window}`, sk: 'RATE' },
        UpdateExpression: 'SET #counter = :calls',
        ExpressionAttributeNames: { '#counter': counter },
        ExpressionAttributeValues: { ':calls': calls },
      }),
    );
};

const callsAtProviders = async (): Promise<number> => {
  const lists = Object.entries(cloud.standins).map(([provider, origin]) =>
    control<{ calls: Call[] }>(provider, 'GET', 'calls', undefined, origin),
  );
  return (await Promise.all(lists)).flatMap(({ calls }) => calls).length;
};

const search = (who: Caller, id: string) => who.post(`/integrations/${id}/search`, { query: 'a' });

describe('the limit', () => {
  it.each([
    ['user', ({ admin }: Company) => userCounter(admin), most.user],
    ['organisation', () => 'all', most.organization],
    [
      'integration',
      ({ organization }: Company) => integrationCounter(organization.integrationId),
      most.integration,
    ],
  ] as const)(
    'of one %s lets exactly so many of any number of parallel calls through',
    async (_, counter, limit) => {
      const company = await aCompany(cloud);
      const { admin, organization } = company;
      await settled(cloud);
      await counted(admin, counter(company), limit - 7);
      const before = await callsAtProviders();

      const replies = await Promise.all(
        Array.from({ length: 40 }, () => search(admin, organization.integrationId)),
      );

      const refused = replies.filter(({ status }) => status === 429);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
      expect(refused).toHaveLength(33);
      expect(await callsAtProviders()).toBe(before + 7);
      for (const { body, headers } of refused) {
        expect(body.code).toBe('rate_limited');
        const seconds = Number(headers.get('retry-after'));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(60);
      }
    },
  );

  it('of one user leaves others alone, that of one integration other integrations, and all of them other organisations', async () => {
    const company = await aCompany(cloud);
    const stranger = await aCompany(cloud);
    const { admin, colleague, member, organization, personal } = company;
    await counted(admin, userCounter(admin), most.user);

    expect((await search(admin, organization.integrationId)).status).toBe(429);
    expect((await search(colleague, organization.integrationId)).status).toBe(200);
    await counted(admin, integrationCounter(organization.integrationId), most.integration);
    expect((await search(colleague, organization.integrationId)).status).toBe(429);
    expect((await search(member, personal.integrationId)).status).toBe(200);
    await counted(admin, 'all', most.organization);
    expect((await search(member, personal.integrationId)).status).toBe(429);
    expect((await search(stranger.admin, stranger.organization.integrationId)).status).toBe(200);
  });

  it('does not count what reaches no provider', async () => {
    const { admin, organization } = await aCompany(cloud);
    await counted(admin, 'all', most.organization);

    expect((await admin.get(`/integrations/${organization.integrationId}`)).status).toBe(200);
    expect((await admin.get('/integrations/connected')).status).toBe(200);
    expect((await caller({ organizationId: admin.organizationId }, cloud.url).get('/audit')).status).toBe(
      200,
    );
  });
});

/** Operations that answer for many at once say of each what became of it. */
const inParts = new Set(['activity.person', 'activity.team', 'search.across', 'migration.run']);
/** Calls of these operations that need no provider after all: a new name, a file, a consent that is only begun. */
const withoutProvider = new Set([
  'integrations.update',
  'integrations.reconnect by consent',
  'calendar.import of a file',
]);
const limited = lines.filter(
  ({ operation, way }) =>
    operation.failures.includes('rate_limited') && !inParts.has(operation.id) && way.names !== 'attempt',
);

describe.each(limited)('$name', (line) => {
  it('is refused over the limit, before the provider is asked', async () => {
    const company = await aCompany(cloud);
    // What follows a connect asks the provider too, in its own time.
    await settled(cloud);
    await counted(company.admin, 'all', most.organization);
    const before = await callsAtProviders();

    const reply = await attempt(cloud, line, company, company.organization, company.admin);

    if (withoutProvider.has(line.name)) expect(reply.status).toBeLessThan(300);
    else expect(reply).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(await callsAtProviders()).toBe(before);
  });
});
