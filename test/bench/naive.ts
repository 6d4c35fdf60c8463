import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as kms from '@aws-sdk/client-kms';
import * as documents from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
// biome-ignore lint/style/noRestrictedImports: the naive way is what ours is measured against.
import { z } from 'zod';

/** What one would write who thinks of nothing: all of zod, all of the SDKs, a call of KMS for each use. */

const Input = z.object({ id: z.string() });
const table = documents.DynamoDBDocumentClient.from(new dynamodb.DynamoDBClient({}));
const keys = new kms.KMSClient({});

export const handler = middy().handler(async (event: unknown) => {
  const { id } = Input.parse(event);
  const { Item } = await table.send(
    new documents.GetCommand({ TableName: 'table', Key: { pk: id, sk: id } }),
  );
  const { Plaintext } = await keys.send(new kms.DecryptCommand({ CiphertextBlob: Item?.['wrapped'] }));
  return { statusCode: 200, body: JSON.stringify({ id, opened: Plaintext !== undefined }) };
});
