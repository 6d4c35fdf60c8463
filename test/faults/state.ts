import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { tableName } from '../support/parts.ts';

/** The whole table: read, put back as it was, and compared as far as two runs of the same can be the same. */

export type Item = Record<string, AttributeValue>;
/** `text` is the item in full, for comparing. */
type Row = { item: Item; text: string };
export type State = ReadonlyMap<string, Row>;

/**
 * Counters, caches and keys: nothing a caller would call state, and never wrong for being there. The figures
 * of a day are another day's where a run passes midnight; those since the beginning, of the same
 * transaction, are compared.
 */
const aside = /^RATE#|\sDATAKEY#|\sHEALTH#|\sACT#|\sSTAT#/;

const keyOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;

export const openTable = (endpoint: string) => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });

  const read = async (): Promise<State> => {
    const rows = new Map<string, Row>();
    for (let after: Item | undefined; ; ) {
      const page = await client.send(
        new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: after }),
      );
      for (const item of page.Items ?? []) rows.set(keyOf(item), { item, text: exact(item) });
      after = page.LastEvaluatedKey;
      if (!after) return rows;
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
          .map(([, { item }]) => ({ DeleteRequest: { Key: { pk: item['pk'], sk: item['sk'] } as Item } })),
        ...[...state]
          .filter(([key, { text }]) => now.get(key)?.text !== text)
          .map(([, { item }]) => ({ PutRequest: { Item: item } })),
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
    .replaceAll(/"([NS])":"\d{10,}(\.\d+)?"/g, '"$1":"MOMENT"')
    .replaceAll(/EVT#\d{4}-\d\d/g, 'EVT#MONTH')
    .replaceAll(/"S":"([a-z_]+)#\d"/g, '"S":"$1#SHARD"')
    .replaceAll(/[A-Za-z0-9_-]{16,}/g, (token) => (known.includes(token) ? token : 'NEW'));

/**
 * What a run changed, each item or attribute a line; two runs that did the same give the same lines. Ids count
 * as the same in each run that stood in the table at the beginning of all.
 */
export const changes = (beginning: State, before: State, after: State): string[] => {
  const known = [...beginning.values()].map(({ text }) => text).join();
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((key) => {
      const [old, now] = [before.get(key), after.get(key)];
      if (aside.test(key) || old?.text === now?.text) return [];
      if (!old) return [`+ ${masked(now?.item, known)}`];
      if (!now) return [`- ${masked(key, known)}`];
      return [...new Set([...Object.keys(old.item), ...Object.keys(now.item)])]
        .filter((name) => exact(old.item[name]) !== exact(now.item[name]))
        .map((name) => `~ ${masked(key, known)} ${name}: ${masked(now.item[name] ?? null, known)}`);
    })
    .toSorted();
};
