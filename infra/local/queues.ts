import { randomUUID } from 'node:crypto';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { type Job, mostDeliveries } from '../../lib/contract/define.ts';
import { queueVariable } from '../../lib/contract/grants.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import type { DataDir } from './data-dir.ts';
import { invoke } from './functions.ts';

/** SQS on this machine, kept between starts, and the pollers that stand in for Lambda's. */

const region = 'us-east-1';
const attributesOf = (job: Job) => ({
  VisibilityTimeout: String(job.timeout * 6),
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:${region}:000000000000:${job.id}-dead`,
    maxReceiveCount: String(mostDeliveries),
  }),
});

const eventOf = (job: Job, messages: readonly Message[]) => ({
  Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
    messageId: MessageId ?? randomUUID(),
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes ?? {},
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:000000000000:${job.id}`,
    awsRegion: region,
  })),
});

export const startQueues = async (data: DataDir, settle: (error: unknown) => void) => {
  const server = await startFauxqs({
    port: 0,
    logger: false,
    defaultRegion: region,
    dataDir: data.path('queues'),
  });
  server.setup({
    queues: [
      ...jobs.map((job) => ({ name: `${job.id}-dead` })),
      ...jobs.map((job) => ({ name: job.id, attributes: attributesOf(job) })),
    ],
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const url = (name: string): string => `${endpoint}/000000000000/${name}`;
  const client = new SQSClient({ endpoint });
  const stopping = new AbortController();
  /** Messages whose handling failed: back in the queue once their time hidden is over. */
  const failed = new Set<string>();

  const work = async (job: Job): Promise<void> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url(job.id),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 10,
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: stopping.signal },
    );
    if (Messages.length === 0) return;
    for (const { MessageId = '' } of Messages) failed.delete(MessageId);
    let failures = new Set(Messages.map(({ MessageId = '' }) => MessageId));
    try {
      const result = await invoke(`functions/jobs/${job.id}.ts`, eventOf(job, Messages), job.timeout);
      const { batchItemFailures } = result as { batchItemFailures: { itemIdentifier: string }[] };
      failures = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } finally {
      for (const id of failures) failed.add(id);
      const done = Messages.filter(({ MessageId = '' }) => !failures.has(MessageId));
      if (done.length > 0)
        await client.send(
          new DeleteMessageBatchCommand({
            QueueUrl: url(job.id),
            Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
          }),
        );
    }
  };
  const poll = async (job: Job): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work(job);
      } catch (error) {
        if (!stopping.signal.aborted) settle(error);
      }
    }
  };
  let pollers: Promise<void>[] = [];

  return {
    endpoint,
    variables: Object.fromEntries(jobs.map((job) => [queueVariable(job.id), url(job.id)])),
    start: () => {
      pollers = jobs.flatMap((job) => Array.from({ length: job.concurrency }, () => poll(job)));
    },
    /** Whether nothing waits, also for later, and nothing is being handled; what failed does not count. */
    isIdle: (): boolean =>
      jobs.every((job) => {
        const messages = server.inspectQueue(job.id)?.messages;
        if (!messages) return true;
        return (
          messages.ready.length === 0 &&
          messages.delayed.length === 0 &&
          messages.inflight.every(({ message }) => failed.has(message.messageId))
        );
      }),
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(pollers);
      await server.stop();
      client.destroy();
    },
  };
};
