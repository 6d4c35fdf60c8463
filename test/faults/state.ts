import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { tableName } from '../support/parts.ts';

/** The whole table: read, put back as it was, and compared as far as two runs of the same can be the same. */

type Item = Record<string, AttributeValue>;
export type State = ReadonlyMap<string, Item>;

/** Counters, caches and keys: nothing a caller would call state, and never wrong for being there. */
const aside = /^RATE#|\sDATAKEY#|\sHEALTH#|\sACT#/;

const keyOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;

export const openTable = (endpoint: string) => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });

  const read = async (): Promise<State> => {
    const items = new Map<string, Item>();
    for (let after: Item | undefined; ; ) {
      const page = await client.send(
        new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: after }),
      );
      for (const item of page.Items ?? []) items.set(keyOf(item), item);
      after = page.LastEvaluatedKey;
      if (!after) return items;
    }
  };

  const write = async (requests: readonly WriteRequest[]): Promise<void> => {
    for (let start = 0; start < requests.length; start += 25)
      await client.send(
        new BatchWriteItemCommand({ RequestItems: { [tableName]: requests.slice(start, start + 25) } }),
      );
  };

  return {
    read,
    put: (...items: Item[]): Promise<void> => write(items.map((Item) => ({ PutRequest: { Item } }))),
    /** Makes the table what it was. */
    restore: async (state: State): Promise<void> => {
      const now = await read();
      await write([
        ...[...now]
          .filter(([key]) => !state.has(key))
          .map(([, { pk, sk }]) => ({ DeleteRequest: { Key: { pk, sk } as Item } })),
        ...[...state]
          .filter(([key, item]) => exact(now.get(key)) !== exact(item))
          .map(([, Item]) => ({ PutRequest: { Item } })),
      ]);
    },
    stop: (): void => client.destroy(),
  };
};
export type Table = ReturnType<typeof openTable>;

/** One spelling of a value; `bytes` says how ciphertext is told. */
const spelled = (value: unknown, bytes: (some: Uint8Array) => string): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return bytes(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
const exact = (value: unknown): string =>
  spelled(value ?? null, (some) => Buffer.from(some).toString('base64'));

/** Without what differs from run to run: moments, ids and hashes that were not there before, ciphertext. */
const masked = (value: unknown, known: string): string =>
  spelled(value, () => 'bytes')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"N":"\d{10,}(\.\d+)?"/g, '"N":"MOMENT"')
    .replaceAll(/EVT#\d{4}-\d\d/g, 'EVT#MONTH')
    .replaceAll(/\b(event|refresh|keep_alive|intent)#\d\b/g, '$1#SHARD')
    .replaceAll(/[A-Za-z0-9_-]{16,}/g, (token) => (known.includes(token) ? token : 'NEW'));

/** What a run changed, each item or attribute a line; two runs that did the same give the same lines. */
export const changes = (before: State, after: State): string[] => {
  const known = exact([...before.values()]);
  const lines: string[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    if (aside.test(key)) continue;
    const [old, now] = [before.get(key), after.get(key)];
    if (exact(old) === exact(now)) continue;
    if (!old) lines.push(`+ ${masked(now, known)}`);
    else if (!now) lines.push(`- ${key}`);
    else
      for (const name of new Set([...Object.keys(old), ...Object.keys(now)]))
        if (exact(old[name]) !== exact(now[name]))
          lines.push(`~ ${key} ${name}: ${masked(now[name] ?? null, known)}`);
  }
  return lines.toSorted();
};
