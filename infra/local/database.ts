import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tableShape } from '../table.ts';
import { type DataDir, noteProcess } from './data-dir.ts';

/** DynamoDB on this machine: dynoxide as a child process, with the table the environments have. */

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const bundled = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
/** There is a package for Linux on x64; elsewhere a dynoxide on the PATH serves. */
const program = existsSync(bundled) ? bundled : 'dynoxide';

const answers = async (client: DynamoDBClient, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`The database ended with code ${child.exitCode}.`);
    try {
      await client.send(new DescribeTableCommand({ TableName: 'none' }));
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('The database does not answer.');
};

const createTable = async (client: DynamoDBClient, TableName: string, streamed: boolean): Promise<void> => {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
  } catch {
    const { partitionKey, sortKey, indexes } = tableShape;
    const attributes = [
      partitionKey,
      sortKey,
      ...indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
    ];
    const schema = (partition: { name: string }, sort: { name: string }) => [
      { AttributeName: partition.name, KeyType: 'HASH' as const },
      { AttributeName: sort.name, KeyType: 'RANGE' as const },
    ];
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: schema(partitionKey, sortKey),
        AttributeDefinitions: attributes.map(({ name, type }) => ({
          AttributeName: name,
          AttributeType: type,
        })),
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: schema(index.partitionKey, index.sortKey),
          Projection: { ProjectionType: index.projection },
        })),
        ...(streamed && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: tableShape.stream },
        }),
      }),
    );
  }
};

/** Without a stream where nobody reads it: each write takes the longer, the more the stream holds. */
export const startDatabase = async (
  data: DataDir,
  tableName: string,
  { streamed }: { streamed: boolean },
) => {
  const port = await freePort();
  const child = spawn(
    program,
    ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', data.path('table.db')],
    {
      stdio: 'ignore',
    },
  );
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new Error(`dynoxide cannot be started: ${error.message}. Put one on your PATH.`)),
    );
  });
  noteProcess(data.path('database.pid'), child.pid ?? 0);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({ endpoint });
  await Promise.race([answers(client, child), failed]);
  await createTable(client, tableName, streamed);
  client.destroy();
  return {
    endpoint,
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
};
