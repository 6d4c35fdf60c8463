import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { partition } from '../integrations/stored.ts';
import type { Caller } from '../support/api.ts';

/** What the table keeps of creating calls. */

type CallRow = { pk: string; sk: string; answer?: Uint8Array; until: number; expires: number };

export const callsOf = async ({ organizationId, userId }: Caller): Promise<CallRow[]> => {
  const rows = await partition(`ORG#${organizationId}`);
  return rows.filter(({ sk }) => sk.startsWith(`IDEM#${userId}#`)) as unknown as CallRow[];
};

/** As if their day were over. */
export const expireCalls = async (caller: Caller): Promise<void> => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: inject('cloud').database, region: 'us-east-1', credentials }),
  );
  for (const { pk, sk } of await callsOf(caller))
    await client.send(
      new UpdateCommand({
        TableName: 'manageros-integrations',
        Key: { pk, sk },
        UpdateExpression: 'SET expires = :past',
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
  client.destroy();
};
