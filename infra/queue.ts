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

/** A queue with its dead letters; `hidden` are the seconds for which it hides what somebody works on. */
export const addQueue = (
  scope: Construct,
  id: string,
  { name, deadName, hidden }: { name: string; deadName: string; hidden: number },
): Queue =>
  new Queue(scope, id, {
    ...sealed,
    queueName: name,
    visibilityTimeout: Duration.seconds(hidden),
    deadLetterQueue: {
      queue: addDeadLetters(scope, `${id}-dead`, deadName),
      maxReceiveCount: mostDeliveries,
    },
  });
