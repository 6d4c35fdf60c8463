import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { Stream } from '../../lib/contract/define.ts';
import { streams } from '../../lib/contract/streams.ts';
import type { DataDir } from './data-dir.ts';
import { invoke } from './functions.ts';

/** Reads the table's stream and calls its consumers as Lambda would: filtered, in order, again after a failure. */

const pause = 25;
const atOnce = 100;
const attempts = 5;

const matches = ({ filter }: Stream, record: _Record): boolean =>
  filter.eventName.includes(record.eventName ?? '') &&
  Object.entries(filter.dynamodb.NewImage).every(([name, wanted]) => {
    const value = record.dynamodb?.NewImage?.[name]?.S;
    return wanted.S.some(({ prefix }) => value?.startsWith(prefix));
  });

export const startStreams = async (
  data: DataDir,
  tableName: string,
  endpoint: string,
  settle: (error: unknown) => void,
) => {
  const table = new DynamoDBClient({ endpoint });
  const client = new DynamoDBStreamsClient({ endpoint });
  const { Table } = await table.send(new DescribeTableCommand({ TableName: tableName }));
  table.destroy();
  const StreamArn = Table?.LatestStreamArn ?? '';
  const file = data.path('stream.json');
  const handled = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, string>;
  const stopping = new AbortController();
  const running: Promise<void>[] = [];
  /** Counts reads that began, and remembers the newest that came to the end. */
  let began = 0;
  let cameToEnd = 0;

  const deliver = async (records: readonly _Record[]): Promise<void> => {
    for (const stream of streams) {
      let wanted = records.filter((record) => matches(stream, record));
      for (let attempt = 1; wanted.length > 0 && attempt <= attempts; attempt += 1) {
        if (attempt > 1) await sleep(200 * attempt);
        try {
          const result = await invoke(
            `functions/streams/${stream.id}.ts`,
            { Records: wanted },
            stream.timeout,
          );
          const first = (result as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures[0];
          const from = wanted.findIndex((one) => one.dynamodb?.SequenceNumber === first?.itemIdentifier);
          wanted = first ? wanted.slice(Math.max(from, 0)) : [];
        } catch (error) {
          settle(error);
        }
      }
    }
  };

  const follow = async (shard: string): Promise<void> => {
    const after = handled[shard];
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn,
        ShardId: shard,
        ...(after
          ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }
          : { ShardIteratorType: 'TRIM_HORIZON' }),
      }),
    );
    for (let next = ShardIterator; next && !stopping.signal.aborted; ) {
      began += 1;
      const number = began;
      const { Records = [], NextShardIterator } = await client.send(
        new GetRecordsCommand({ ShardIterator: next, Limit: atOnce }),
      );
      await deliver(Records);
      const last = Records.at(-1)?.dynamodb?.SequenceNumber;
      if (last) {
        handled[shard] = last;
        writeFileSync(file, JSON.stringify(handled));
      }
      if (Records.length < atOnce) cameToEnd = number;
      if (!last) await sleep(pause);
      next = NextShardIterator;
    }
  };

  const run = async (): Promise<void> => {
    const followed = new Set<string>();
    while (!stopping.signal.aborted) {
      const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
      for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
        if (followed.has(ShardId)) continue;
        followed.add(ShardId);
        running.push(follow(ShardId).catch(settle));
      }
      await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  return {
    start: () => {
      running.push(run().catch(settle));
    },
    /** Resolves once everything written before has been delivered. */
    caughtUp: async (): Promise<void> => {
      const from = began;
      while (cameToEnd <= from && !stopping.signal.aborted) await sleep(10);
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(running);
      client.destroy();
    },
  };
};
