import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import type { Caller } from '../support/api.ts';

/** The table read past the API: what a refused call must leave as it was, and what a purge must have emptied. */

type Row = Record<string, unknown> & { pk: string; sk: string };

const TableName = 'manageros-integrations';

let shared: DynamoDBDocumentClient | null = null;
const table = (): DynamoDBDocumentClient => {
  shared ??= DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: inject('cloud').database,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
  return shared;
};

export const partition = async (pk: string): Promise<Row[]> => {
  const rows: Row[] = [];
  for (let ExclusiveStartKey: Record<string, unknown> | undefined; ; ) {
    const page = await table().send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    );
    rows.push(...((page.Items ?? []) as Row[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
    if (!ExclusiveStartKey) return rows;
  }
};

type Owned = Pick<Caller, 'organizationId' | 'userId'>;
const owners = ({ organizationId, userId }: Owned): string[] => [
  `ORG#${organizationId}`,
  `ORG#${organizationId}#USER#${userId}`,
];

/** Counted from events, a moment after them; of nobody's integration. */
const statistics = /^(STAT|SUM|ADOPTER|ADOPTED|ACTOR)#/;

/** Everything the organisation and this user store, events and statistics apart. */
export const rowsOf = async (caller: Owned): Promise<Row[]> =>
  (await Promise.all(owners(caller).map(partition))).flat().filter(({ sk }) => !statistics.test(sk));

/** Months in which an event of a test may stand, whatever the local clock was moved to at midnight. */
const months = (): string[] => [
  ...new Set([-1, 0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 7))),
];

/** What stands and what happened. Events are told by id: the stream clears in them that they are due. */
export const footprint = async (caller: Caller) => {
  const { body } = await caller.get('/integrations/connected');
  const eventsIn = owners(caller).flatMap((owner) => months().map((month) => `${owner}#EVT#${month}`));
  const events = (await Promise.all(eventsIn.map(partition))).flat();
  return {
    listed: body.integrations as unknown[],
    rows: await rowsOf(caller),
    events: events.map(({ sk }) => sk),
  };
};
