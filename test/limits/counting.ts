import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { control } from '../support/standins.ts';

/** The counters of calls that reach a provider, set behind the product's back, and what reached one. */

/** What the local cloud allows, ten times what an environment does. */
export const most = { user: 1_200, organization: 6_000, integration: 3_000 };

const hashOf = (id: string): string =>
  createHash('sha256')
    .update(JSON.stringify([id]))
    .digest('base64url')
    .slice(0, 27);
export const userCounter = ({ userId }: Caller): string => `u_${hashOf(userId)}`;
export const integrationCounter = (id: string): string => `i_${hashOf(id)}`;

/** As if so many calls had been made, in this minute and the next. */
export const counted = async (
  { database: endpoint }: Cloud,
  { organizationId }: Caller,
  counter: string,
  calls: number,
): Promise<void> => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const table = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }),
  );
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
  table.destroy();
};

/** Of their APIs and of their token endpoints. */
export const callsAtProviders = async ({ standins }: Cloud): Promise<number> => {
  const lists = Object.entries(standins).flatMap(([provider, origin]) =>
    ['calls', 'oauth/calls'].map((path) =>
      control<{ calls: unknown[] }>(provider, 'GET', path, undefined, origin),
    ),
  );
  return (await Promise.all(lists)).flatMap(({ calls }) => calls).length;
};

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
type Answer = any;

/** Operations that answer for many at once say of each what became of it; here its state and code. */
export const inParts: Readonly<Record<string, (body: Answer) => { status: string; code: string }[]>> = {
  'activity.person': ({ sources }) => sources,
  'activity.team': ({ persons }) => persons.flatMap(({ sources }: Answer) => sources),
  'search.across': ({ sources }) => sources,
  'migration.run': ({ integrations }) =>
    integrations.map(({ outcome, code }: Answer) => ({ status: outcome, code })),
};
