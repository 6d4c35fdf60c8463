import { randomUUID } from 'node:crypto';
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { openDataDir } from '../../infra/local/data-dir.ts';
import { startDatabase } from '../../infra/local/database.ts';
import { captureOutput, invoke } from '../../infra/local/functions.ts';
import { startGateway } from '../../infra/local/gateway.ts';
import { openIssuer } from '../../infra/local/issuer.ts';
import { startKms } from '../../infra/local/kms.ts';
import { localApi } from '../../infra/local/local-api.ts';
import { startQueues } from '../../infra/local/queues.ts';
import { startStandins } from '../../infra/local/standins/index.ts';
import type { Job } from '../../lib/contract/define.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import type { Settings } from '../../lib/contract/settings.ts';
import { endpointVariables, startChild } from './child.ts';
import { removeData, temporaryDirectory } from './cloud.ts';
import { startFaults } from './faults.ts';
import { keyId, setEnvironment, tableName, testSettings } from './parts.ts';
import { secretsIn } from './secrets.ts';

/**
 * The local cloud in the test's own process, with faults on request between its functions and the
 * services. Nothing runs by itself: jobs, schedules and what follows an event run when the test says so.
 */

/** Times of the protocol that a test can wait for; only those that go by the machine's clock are short. */
export const shortTimes: Settings['refresh'] = {
  margin: 300_000,
  deadline: 1_000,
  limit: 1_500,
  lease: 2_000,
  wait: 1_000,
  pause: 30_000,
};

/** The event by which Lambda hands a job its messages. */
const eventOf = (messages: readonly Pick<Message, 'MessageId' | 'Body' | 'Attributes'>[]) => ({
  Records: messages.map(({ MessageId = randomUUID(), Body, Attributes = {} }) => ({
    messageId: MessageId,
    body: Body,
    attributes: { ApproximateReceiveCount: '1', ...Attributes },
  })),
});
export const jobEvent = (...payloads: object[]) =>
  eventOf(payloads.map((payload) => ({ Body: JSON.stringify(payload) })));

/** One message, delivered for the so-manieth time. */
export const delivered = (payload: object, deliveries: number) =>
  eventOf([{ Body: JSON.stringify(payload), Attributes: { ApproximateReceiveCount: String(deliveries) } }]);

type JobResult = { batchItemFailures: { itemIdentifier: string }[] };

export const startBench = async (
  refresh: Settings['refresh'] = testSettings.refresh,
  retention: Settings['retention'] = testSettings.retention,
) => {
  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop: () => Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  const told: unknown[] = [];
  const data = openDataDir(temporaryDirectory(), true);
  captureOutput(data.path('functions.log'));
  setEnvironment({ CLOCK_OFFSET_MS: '0' });
  const issuer = await openIssuer(data);
  const database = started(await startDatabase(data, tableName, { streamed: false }));
  const kms = started(await startKms(data, keyId));
  const queues = started(await startQueues(data, (error) => told.push(error)));
  const standins = started(await startStandins(null, {}));
  const services = { dynamodb: database.endpoint, kms: kms.endpoint, sqs: queues.endpoint };
  const faults = started(await startFaults(services));
  const sqs = new SQSClient({ endpoint: queues.endpoint });
  const urlOf = ({ id }: Pick<Job, 'id'>): string => `${queues.endpoint}/000000000000/${id}`;

  /** Takes what waits for a job off its queue. */
  const taken = async (job: Pick<Job, 'id'>): Promise<Message[]> => {
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: urlOf(job), MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
      await Promise.all(
        Messages.map(({ ReceiptHandle }) =>
          sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf(job), ReceiptHandle })),
        ),
      );
    }
  };
  const runJob = (id: string, payload: object, seconds = 120, deliveries = 1) =>
    invoke(`functions/jobs/${id}.ts`, delivered(payload, deliveries), seconds) as Promise<JobResult>;
  /** Runs what waits, and what that queues, until nothing waits; how many messages failed. */
  const drain = async (): Promise<number> => {
    let failures = 0;
    for (;;) {
      const waiting = (
        await Promise.all(jobs.map(async (job) => ({ job, messages: await taken(job) })))
      ).filter(({ messages }) => messages.length > 0);
      if (waiting.length === 0) return failures;
      for (const { job, messages } of waiting) {
        const event = eventOf(messages);
        const result = (await invoke(`functions/jobs/${job.id}.ts`, event, job.timeout)) as JobResult;
        failures += result.batchItemFailures.length;
      }
    }
  };
  const runSchedule = async (id: string): Promise<void> => {
    await invoke(`functions/schedules/${id}.ts`, {}, 120);
  };
  const runCommand = (id: string, payload: unknown): Promise<unknown> =>
    invoke(`functions/commands/${id}.ts`, payload, 30);
  const gateway = started(
    await startGateway(0, {
      issuer,
      allowedOrigins: [],
      local: localApi({ issuer, runSchedule, runCommand }),
      settle: (error) => told.push(error),
    }),
  );
  const url = `http://127.0.0.1:${gateway.port}`;
  setEnvironment({
    ...endpointVariables(faults.endpoints),
    STANDIN_ORIGINS: JSON.stringify(standins.origins),
    SETTINGS: JSON.stringify({
      ...testSettings,
      publicUrl: url,
      refresh,
      retention,
      limits: { perUser: 100_000, perOrganization: 100_000, perIntegration: 100_000 },
      assertionKeys: [issuer.assertionKey],
    }),
  });
  for (const [provider, app] of Object.entries(standins.apps)) await runCommand('set-app', { provider, app });

  const advance = (seconds: number): void => {
    process.env['CLOCK_OFFSET_MS'] = String(Number(process.env['CLOCK_OFFSET_MS']) + seconds * 1000);
  };

  return {
    url,
    standins: standins.origins,
    apps: standins.apps,
    database: database.endpoint,
    data: data.path(''),
    faults,
    /** What the gateway told on standard error. */
    told,
    advance,
    runJob,
    runSchedule,
    runCommand,
    drain,
    taken,
    send: (id: string, payload: object) =>
      sqs.send(new SendMessageCommand({ QueueUrl: urlOf({ id }), MessageBody: JSON.stringify(payload) })),
    /** Does what follows events, as the stream would. */
    follow: async (): Promise<number> => {
      advance(180);
      await runSchedule('sweep-events');
      return drain();
    },
    child: (file: string) => startChild(file, services, data.path('functions.log')),
    stop: async (): Promise<void> => {
      for (const stop of stops.toReversed()) await stop();
      sqs.destroy();
      const found = secretsIn(data.path(''));
      removeData({ data: data.path('') });
      if (found.length > 0) throw new Error(`Secrets were stored or logged in clear:\n${found.join('\n')}`);
    },
  };
};

export type Bench = Awaited<ReturnType<typeof startBench>>;
