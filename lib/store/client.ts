import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { variable } from '../config/env.ts';
import { countDynamo } from '../log/meter.ts';

const writing = new Set([
  'PutItemCommand',
  'UpdateItemCommand',
  'DeleteItemCommand',
  'BatchWriteItemCommand',
  'TransactWriteItemsCommand',
]);

type Capacity = { CapacityUnits?: number } | { CapacityUnits?: number }[] | undefined;
const unitsOf = (capacity: Capacity): number =>
  [capacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);

let shared: DynamoDBDocumentClient | null = null;

/** The document client, made at first use; each attempt it sends is counted on the invocation's meter. */
export const documents = (): DynamoDBDocumentClient => {
  if (shared) return shared;
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const writes = writing.has(context.commandName ?? '');
      try {
        const result = await next(args);
        countDynamo(writes, unitsOf((result.output as { ConsumedCapacity?: Capacity }).ConsumedCapacity));
        return result;
      } catch (error) {
        countDynamo(writes, 0);
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'meter' },
  );
  shared = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return shared;
};

export const tableName = (): string => variable('TABLE_NAME');
