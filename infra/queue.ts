import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { mostDeliveries } from '../lib/contract/define.ts';

const sealed = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } satisfies QueueProps;

/** Where work ends that failed for good, kept as long as SQS can; an alarm watches each. */
export const addDeadLetters = (scope: Construct, id: string, queueName: string): Queue => {
  const queue = new Queue(scope, id, { ...sealed, queueName, retentionPeriod: Duration.days(14) });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is itself where dead letters end.',
  });
  return queue;
};

/** A queue that hides a message six times as long as its function may run, as Lambda asks for. */
export const addQueue = (
  scope: Construct,
  id: string,
  { name, deadName, timeout }: { name: string; deadName: string; timeout: number },
): Queue =>
  new Queue(scope, id, {
    ...sealed,
    queueName: name,
    visibilityTimeout: Duration.seconds(6 * timeout),
    deadLetterQueue: {
      queue: addDeadLetters(scope, `${id}-dead`, deadName),
      maxReceiveCount: mostDeliveries,
    },
  });
