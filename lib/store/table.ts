import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { AppError } from '../errors/error.ts';
import { documents, tableName } from './client.ts';
import { type Change, type Condition, conditionExpression, updateExpression } from './expressions.ts';
import type { Key } from './keys.ts';

/** The verbs of the one table. What DynamoDB cannot do right now is `unavailable`; a condition that does not hold is told to the caller. */

const counted = { ReturnConsumedCapacity: 'TOTAL' } as const;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const named = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const unavailable = (cause: unknown): AppError =>
  new AppError('unavailable', 'The database does not answer right now.', { cause, retryAfter: 1 });

const sent = async <T>(request: Promise<T>): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    if (named(error, 'ConditionalCheckFailedException') || named(error, 'TransactionCanceledException'))
      throw error;
    throw unavailable(error);
  }
};

export const get = async <T>(key: Key): Promise<T | null> => {
  const { Item } = await sent(
    documents().send(new GetCommand({ TableName: tableName(), Key: key, ConsistentRead: true, ...counted })),
  );
  return (Item as T | undefined) ?? null;
};

/** Items by key, in the order of the keys, null where there is none; at most 100 a request, throttled rests asked again. */
export const getMany = async <T>(wanted: readonly Key[]): Promise<(T | null)[]> => {
  const found = new Map<string, T>();
  const distinct = [...new Map(wanted.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values()];
  for (let start = 0; start < distinct.length; start += 100) {
    let rest = distinct.slice(start, start + 100) as Record<string, unknown>[];
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === 5) throw unavailable(null);
      if (attempt > 0) await pause(Math.random() * 50 * 2 ** attempt);
      const request = { RequestItems: { [tableName()]: { Keys: rest, ConsistentRead: true } }, ...counted };
      const { Responses, UnprocessedKeys } = await sent(documents().send(new BatchGetCommand(request)));
      for (const item of Responses?.[tableName()] ?? [])
        found.set(JSON.stringify([item['pk'], item['sk']]), item as T);
      rest = UnprocessedKeys?.[tableName()]?.Keys ?? [];
    }
  }
  return wanted.map((key) => found.get(JSON.stringify([key.pk, key.sk])) ?? null);
};

export type Query = {
  pk: string;
  prefix?: string;
  /** Sort keys from the first to the second, both included; instead of a prefix. */
  between?: readonly [string, string];
  limit?: number;
  /** Go on after this sort key. */
  after?: string | null;
  newestFirst?: boolean;
};

/** One page of a partition; `next` is the sort key to go on after, null at the end. */
export const query = async <T>({
  pk,
  prefix = '',
  between,
  limit,
  after = null,
  newestFirst = false,
}: Query): Promise<{ items: T[]; next: string | null }> => {
  const { Items, LastEvaluatedKey } = await sent(
    documents().send(
      new QueryCommand({
        TableName: tableName(),
        ConsistentRead: true,
        KeyConditionExpression: between
          ? 'pk = :pk AND sk BETWEEN :from AND :to'
          : prefix
            ? 'pk = :pk AND begins_with(sk, :prefix)'
            : 'pk = :pk',
        ExpressionAttributeValues: {
          ':pk': pk,
          ...(between && { ':from': between[0], ':to': between[1] }),
          ...(prefix && { ':prefix': prefix }),
        },
        ScanIndexForward: !newestFirst,
        ...(limit !== undefined && { Limit: limit }),
        ...(after !== null && { ExclusiveStartKey: { pk, sk: after } }),
        ...counted,
      }),
    ),
  );
  return { items: (Items ?? []) as T[], next: (LastEvaluatedKey?.['sk'] as string | undefined) ?? null };
};

/** All of a partition's items under a prefix, page after page. */
export const queryAll = async <T>(range: Query): Promise<T[]> => {
  const all: T[] = [];
  for (let after: string | null = null; ; ) {
    const page: { items: T[]; next: string | null } = await query<T>({ ...range, after });
    all.push(...page.items);
    if (page.next === null) return all;
    after = page.next;
  }
};

/** One page of the index `byKey`, which lags behind the table: never to authorise with. */
export const queryBy = async <T>({
  by,
  bySk,
  limit,
  after = null,
}: {
  by: string;
  bySk?: string;
  limit?: number;
  after?: Record<string, unknown> | null;
}): Promise<{ items: T[]; next: Record<string, unknown> | null }> => {
  const { Items, LastEvaluatedKey } = await sent(
    documents().send(
      new QueryCommand({
        TableName: tableName(),
        IndexName: 'byKey',
        KeyConditionExpression: bySk === undefined ? '#by = :by' : '#by = :by AND bySk = :bySk',
        ExpressionAttributeNames: { '#by': 'by' },
        ExpressionAttributeValues: { ':by': by, ...(bySk !== undefined && { ':bySk': bySk }) },
        ScanIndexForward: false,
        ...(limit !== undefined && { Limit: limit }),
        ...(after !== null && { ExclusiveStartKey: after }),
        ...counted,
      }),
    ),
  );
  return { items: (Items ?? []) as T[], next: LastEvaluatedKey ?? null };
};

export type Due = Key & { due: string; dueAt: number };

/** The keys of what is due in one partition of the index `due`, earliest first, from behind `after` on. */
export const queryDue = async (
  partition: string,
  until: number,
  limit: number,
  after: Due | null = null,
): Promise<Due[]> => {
  const { Items } = await sent(
    documents().send(
      new QueryCommand({
        TableName: tableName(),
        IndexName: 'due',
        KeyConditionExpression: 'due = :due AND dueAt <= :until',
        ExpressionAttributeValues: { ':due': partition, ':until': until },
        Limit: limit,
        ...(after !== null && {
          ExclusiveStartKey: after,
        }),
        ...counted,
      }),
    ),
  );
  return (Items ?? []) as Due[];
};

export type Failure = () => Error;

export type Write = {
  /** Thrown when the condition does not hold; `conflict` where absent. */
  otherwise?: Failure;
} & (
  | { put: Key & Record<string, unknown>; when?: Condition }
  | ({ update: Key; when?: Condition } & Change)
  | { delete: Key; when?: Condition }
  | { check: Key; when: Condition }
);

const conflict: Failure = () => new AppError('conflict', 'It was changed at the same time; read it again.');

const command = (write: Write) => {
  const TableName = tableName();
  if ('put' in write)
    return { Put: { TableName, Item: write.put, ...conditionExpression(write.when ?? null) } };
  if ('delete' in write)
    return { Delete: { TableName, Key: write.delete, ...conditionExpression(write.when ?? null) } };
  if ('check' in write) {
    const { ConditionExpression = '', ...names } = conditionExpression(write.when);
    return { ConditionCheck: { TableName, Key: write.check, ConditionExpression, ...names } };
  }
  return { Update: { TableName, Key: write.update, ...updateExpression(write, write.when ?? null) } };
};

/**
 * All or nothing, at most 100 writes. The SDK's token makes a retry after a lost answer harmless; writes that
 * met another transaction are tried again.
 */
export const transact = async (writes: readonly Write[]): Promise<void> => {
  const request = new TransactWriteCommand({ TransactItems: writes.map(command), ...counted });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sent(documents().send(request));
      return;
    } catch (error) {
      if (!named(error, 'TransactionCanceledException')) throw error;
      const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
      const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
      if (failed >= 0) throw (writes[failed]?.otherwise ?? conflict)();
      if (attempt === 6) throw unavailable(error);
      await pause(Math.random() * 25 * 2 ** attempt);
    }
  }
};

/** One write outside a transaction; the updated item, or null after a put or delete. */
export const write = async <T>(one: Exclude<Write, { check: Key }>): Promise<T | null> => {
  try {
    if ('put' in one) {
      const { Put } = command(one) as { Put: ConstructorParameters<typeof PutCommand>[0] };
      await sent(documents().send(new PutCommand({ ...Put, ...counted })));
      return null;
    }
    if ('delete' in one) {
      const { Delete } = command(one) as { Delete: ConstructorParameters<typeof DeleteCommand>[0] };
      await sent(documents().send(new DeleteCommand({ ...Delete, ...counted })));
      return null;
    }
    const { Update } = command(one) as { Update: ConstructorParameters<typeof UpdateCommand>[0] };
    const { Attributes } = await sent(
      documents().send(new UpdateCommand({ ...Update, ReturnValues: 'ALL_NEW', ...counted })),
    );
    return (Attributes ?? null) as T | null;
  } catch (error) {
    if (named(error, 'ConditionalCheckFailedException')) throw (one.otherwise ?? conflict)();
    throw error;
  }
};

/** Deletes items whatever they hold, 25 a request, throttled rests asked again. */
export const removeAll = async (unwanted: readonly Key[]): Promise<void> => {
  for (let start = 0; start < unwanted.length; start += 25) {
    let rest: Record<string, unknown>[] = unwanted
      .slice(start, start + 25)
      .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === 8) throw unavailable(null);
      if (attempt > 0) await pause(Math.random() * 50 * 2 ** attempt);
      const request = new BatchWriteCommand({ RequestItems: { [tableName()]: rest }, ...counted });
      const { UnprocessedItems } = await sent(documents().send(request));
      rest = UnprocessedItems?.[tableName()] ?? [];
    }
  }
};
