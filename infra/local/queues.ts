import { startFauxqs } from 'fauxqs';
import { hiddenFor, type Job, mostDeliveries } from '../../lib/contract/define.ts';
import { queueVariable } from '../../lib/contract/grants.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import type { DataDir } from './data-dir.ts';
import { startPollers } from './pollers.ts';

/** SQS on this machine, kept between starts. */

const region = 'us-east-1';
const attributesOf = (job: Job) => ({
  VisibilityTimeout: String(hiddenFor(job)),
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:${region}:000000000000:${job.id}-dead`,
    maxReceiveCount: String(mostDeliveries),
  }),
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
  let pollers: ReturnType<typeof startPollers> | null = null;

  return {
    endpoint,
    url,
    variables: Object.fromEntries(jobs.map((job) => [queueVariable(job.id), url(job.id)])),
    start: () => {
      pollers = startPollers({ endpoint, url, settle });
    },
    /** Whether nothing waits, also for later, and nothing is being handled; what failed does not count. */
    isIdle: (): boolean =>
      jobs.every((job) => {
        const messages = server.inspectQueue(job.id)?.messages;
        if (!messages) return true;
        return (
          messages.ready.length === 0 &&
          messages.delayed.length === 0 &&
          messages.inflight.every(({ message }) => pollers?.failed.has(message.messageId))
        );
      }),
    stop: async (): Promise<void> => {
      await pollers?.stop();
      await server.stop();
    },
  };
};
