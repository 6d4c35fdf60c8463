import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { variable } from '../config/env.ts';
import type { Job, Schema } from '../contract/define.ts';
import { queueVariable } from '../contract/grants.ts';
import { AppError } from '../errors/error.ts';
import { count } from '../log/meter.ts';

/** SQS's SDK is loaded when something is first sent: most calls send nothing. */
const sdk = () => import('@aws-sdk/client-sqs');
let shared: SQSClient | null = null;

const queue = ({ SQSClient }: Awaited<ReturnType<typeof sdk>>): SQSClient => {
  if (shared) return shared;
  shared = new SQSClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  shared.middlewareStack.add(
    (next) => async (args) => {
      count('sqs');
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'meter' },
  );
  return shared;
};

const unavailable = (cause: unknown): AppError =>
  new AppError('unavailable', 'The queue does not answer right now.', { cause, retryAfter: 1 });

/** Queues a job once per payload, ten to a request; any that was not taken fails the whole as `unavailable`. */
export const sendAll = async <P extends Schema>(
  job: Job<P>,
  payloads: readonly z.input<P>[],
  delaySeconds = 0,
): Promise<void> => {
  const sqs = await sdk();
  for (let start = 0; start < payloads.length; start += 10) {
    const entries = payloads.slice(start, start + 10).map((payload, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(z.parse(job.payload, payload)),
      ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
    }));
    const request = new sqs.SendMessageBatchCommand({
      QueueUrl: variable(queueVariable(job.id)),
      Entries: entries,
    });
    const { Failed = [] } = await queue(sqs)
      .send(request)
      .catch((error: unknown) => {
        throw unavailable(error);
      });
    if (Failed.length > 0) throw unavailable(null);
  }
};

export const send = <P extends Schema>(job: Job<P>, payload: z.input<P>, delaySeconds = 0): Promise<void> =>
  sendAll(job, [payload], delaySeconds);
