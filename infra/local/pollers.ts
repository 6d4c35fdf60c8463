import { randomUUID } from 'node:crypto';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Job } from '../../lib/contract/define.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { invoke } from './functions.ts';

/** What stands in for Lambda's pollers of SQS: each message is an invocation of its own, as the batch size of 1 has it. */

const eventOf = (job: Job, { MessageId, ReceiptHandle, Body, Attributes }: Message) => ({
  Records: [
    {
      messageId: MessageId ?? randomUUID(),
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: Attributes ?? {},
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${job.id}`,
      awsRegion: 'us-east-1',
    },
  ],
});

export type PollersOptions = {
  endpoint: string;
  /** Where a queue is, by its name. */
  url: (name: string) => string;
  settle: (error: unknown) => void;
  /** How many messages of a job are worked on at once. */
  concurrency?: (job: Job) => number;
  /** Seconds one message may take. */
  timeout?: (job: Job) => number;
};

export const startPollers = ({
  endpoint,
  url,
  settle,
  concurrency = (job) => job.concurrency,
  timeout = (job) => job.timeout,
}: PollersOptions) => {
  // Each poller keeps a connection while it waits; whoever is done must not wait for one of them.
  const client = new SQSClient({ endpoint, requestHandler: { httpAgent: { maxSockets: Infinity } } });
  const stopping = new AbortController();
  /** Messages whose handling failed: back in the queue once their time hidden is over. */
  const failed = new Set<string>();

  const work = async (job: Job): Promise<void> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url(job.id),
        MaxNumberOfMessages: 1,
        WaitTimeSeconds: 10,
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: stopping.signal },
    );
    const [message] = Messages;
    if (!message) return;
    const id = message.MessageId ?? '';
    failed.delete(id);
    let well = false;
    try {
      const result = await invoke(`functions/jobs/${job.id}.ts`, eventOf(job, message), timeout(job));
      well = (result as { batchItemFailures: unknown[] }).batchItemFailures.length === 0;
    } finally {
      if (well)
        await client.send(
          new DeleteMessageCommand({ QueueUrl: url(job.id), ReceiptHandle: message.ReceiptHandle }),
        );
      else failed.add(id);
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
  const pollers = jobs.flatMap((job) => Array.from({ length: concurrency(job) }, () => poll(job)));

  return {
    failed: failed as ReadonlySet<string>,
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(pollers);
      client.destroy();
    },
  };
};
