import { DynamoDBClient, ListTablesCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { local } from './api.ts';
import type { Cloud } from './cloud.ts';

/** The table as it stands, read behind the product's back. */

const clients = new Map<string, DynamoDBClient>();
const clientOf = (endpoint: string): DynamoDBClient => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = clients.get(endpoint) ?? new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  clients.set(endpoint, client);
  return client;
};

/** One spelling of a value: the database gives the names of a map in any order. */
const canonical = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, canonical(child)]));
};

/** Every item as one line of JSON, in order, without the rate counters, which count refused calls too. */
export const dumpOf = async ({ database }: Pick<Cloud, 'database'>): Promise<string[]> => {
  const client = clientOf(database);
  const lines: string[] = [];
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    let after: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: after as never }),
      );
      for (const item of page.Items ?? [])
        if (!item['pk']?.S?.startsWith('RATE#')) lines.push(JSON.stringify(canonical(item)));
      after = page.LastEvaluatedKey;
    } while (after);
  }
  return lines.toSorted();
};

/** Puts an item where only something that went wrong would have put it. */
export const plant = async (
  { database }: Pick<Cloud, 'database'>,
  item: Record<string, unknown>,
): Promise<void> => {
  const client = clientOf(database);
  const { TableNames: [TableName] = [] } = await client.send(new ListTablesCommand({}));
  await client.send(new PutItemCommand({ TableName, Item: marshall(item) }));
};

/** Waits for the stream's consumer and all jobs, so that nothing is written any more unless somebody calls. */
export const settled = async ({ url }: Pick<Cloud, 'url'>): Promise<void> => {
  const { status } = await local('POST', 'schedules/sweep-events', undefined, url);
  if (status !== 200) throw new Error(`sweep-events: ${status}`);
};
