import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

/** The document client and nothing else: the limit of what a function that asks the table can come to. */

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 }));

export const get = (pk: string, sk: string) =>
  client.send(
    new GetCommand({
      TableName: process.env['TABLE_NAME'],
      Key: { pk, sk },
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
