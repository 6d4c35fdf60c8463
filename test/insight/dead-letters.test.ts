import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invoke } from '../../infra/local/functions.ts';
import { mostDeliveries } from '../../lib/contract/define.ts';
import { queueVariable } from '../../lib/contract/grants.ts';
import { company } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';

/** Messages the queue itself gives up on, after as many deliveries as it is told to make. */

let bench: Bench;
let sqs: SQSClient;
beforeAll(async () => {
  bench = await startBench();
  sqs = new SQSClient({});
});
afterAll(async () => {
  sqs.destroy();
  await bench.stop();
});

const urlOf = (queue: string): string => {
  const url = process.env[queueVariable('revoke')] ?? '';
  return url.replace(/revoke$/, queue);
};

/** The next message of a queue; it comes back at once. */
const received = async (queue: string): Promise<Message | null> => {
  const { Messages: [message] = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: urlOf(queue),
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return message ?? null;
};

/** Has a message handled as often as its queue delivers it; how often that was. */
const delivered = async (body: string): Promise<number> => {
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('revoke'), MessageBody: body }));
  for (let deliveries = 0; ; deliveries += 1) {
    const message = await received('revoke');
    if (!message || deliveries > mostDeliveries) return deliveries;
    const { MessageId: messageId, Body, Attributes: attributes } = message;
    const event = { Records: [{ messageId, body: Body, attributes }] };
    const result = await invoke('functions/jobs/revoke.ts', event, 60);
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: messageId }] });
  }
};

it('ends a message that always fails with the dead letters, and the admins see which it is', async () => {
  const { admin } = company(bench.url);
  const { organizationId } = admin;
  const body = JSON.stringify({
    organizationId,
    userId: null,
    integrationId: 'int_o_aaaaaaaaaaaaaaaaaaaaaa',
  });
  bench.faults.watch({ operation: 'GetItem', when: 'before', act: 'error', attempts: 'all' });

  const deliveries = await delivered(body);
  bench.faults.unwatch();
  const dead = await received('revoke-dead');

  expect(deliveries).toBe(mostDeliveries);
  expect(dead).toMatchObject({ Body: body });
  expect((await admin.get('/jobs/failed')).body.jobs).toMatchObject([
    { id: dead?.MessageId, job: 'revoke', code: 'unavailable' },
  ]);
});

it('ends what is no message of ours there too, and work goes on behind it', async () => {
  const deliveries = await delivered('{"surprise": true}');

  expect(deliveries).toBe(mostDeliveries);
  const { admin } = company(bench.url);
  const { organizationId } = admin;
  await bench.send('revoke', { organizationId, userId: null, integrationId: 'int_o_aaaaaaaaaaaaaaaaaaaaaa' });
  expect(await bench.drain()).toBe(0);
});
