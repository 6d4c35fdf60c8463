import type { Context, DynamoDBRecord, DynamoDBStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import {
  type Command,
  type Job,
  mostDeliveries,
  type Schedule,
  type Schema,
  type Stream,
} from '../contract/define.ts';
import { asAppError } from '../errors/error.ts';
import { describeError, log } from '../log/log.ts';
import { currentMeter, metered } from '../log/meter.ts';
import { lastTry } from './failures.ts';

/** Definitions and functions become Lambda handlers for queues, timers and the stream. */
export type Work = {
  requestId: string;
  /** Milliseconds left before Lambda ends the invocation, less what it takes to stop in order. */
  left: () => number;
  /** Whether the queue gives up on this message if it fails once more. */
  last: boolean;
};

const reserve = 2_000;

const workOf = (context: Context, deliveries: number): Work => ({
  requestId: context.awsRequestId,
  left: () => context.getRemainingTimeInMillis() - reserve,
  last: deliveries >= mostDeliveries,
});

/** Runs one piece of work, counted and with a log line of its own; whether it went well. */
const logged = (operation: string, requestId: string, run: () => Promise<void>): Promise<boolean> =>
  metered(operation, async () => {
    const startedAt = performance.now();
    const line = () => ({
      operation,
      requestId,
      ms: Math.round(performance.now() - startedAt),
      calls: currentMeter(),
    });
    try {
      await run();
      log('info', 'done', line());
      return true;
    } catch (error) {
      log('error', 'failed', { ...line(), code: asAppError(error).code, error: describeError(error) });
      return false;
    }
  });

/** Each message on its own: those that fail are given back to the queue, which ends in its dead letters. */
export const handleJob =
  <P extends Schema>(job: Job<P>, run: (payload: z.output<P>, work: Work) => Promise<void>) =>
  async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const failures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { body, messageId, attributes } of event.Records) {
      const work = workOf(context, Number(attributes.ApproximateReceiveCount));
      const well = await logged(job.id, context.awsRequestId, async () => {
        const payload = z.parse(job.payload, JSON.parse(body));
        const once = () => run(payload, work);
        await (work.last ? lastTry(job, messageId, payload, once) : once());
      });
      if (!well) failures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures: failures };
  };

/** A run that fails fails the invocation, so that it is seen and tried again. */
export const handleSchedule =
  (schedule: Schedule, run: (work: Work) => Promise<void>) =>
  async (_event: unknown, context: Context): Promise<void> => {
    const well = await logged(schedule.id, context.awsRequestId, () => run(workOf(context, 1)));
    if (!well) throw new Error(`${schedule.id} failed; its log line says how.`);
  };

/** What an operator asks for; a failure is the answer, without what was sent. */
export const handleCommand =
  <P extends Schema>(command: Command<P>, run: (payload: z.output<P>) => Promise<unknown>) =>
  async (payload: unknown, context: Context): Promise<unknown> => {
    let result: unknown = null;
    const well = await logged(command.id, context.awsRequestId, async () => {
      result = await run(z.parse(command.payload, payload));
    });
    if (!well) throw new Error(`${command.id} failed; its log line says how.`);
    return result ?? { done: true };
  };

/** Records in order; the first that fails ends the batch, and the stream begins again there. */
export const handleStream =
  (stream: Stream, run: (record: DynamoDBRecord) => Promise<void>) =>
  async (event: DynamoDBStreamEvent, context: Context): Promise<SQSBatchResponse> => {
    for (const record of event.Records) {
      const well = await logged(stream.id, context.awsRequestId, () => run(record));
      if (!well) return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
    }
    return { batchItemFailures: [] };
  };
