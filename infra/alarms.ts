import { jobs } from '../lib/contract/jobs.ts';
import { type OwnMetric, ownMetrics } from '../lib/contract/metrics.ts';
import { streams } from '../lib/contract/streams.ts';
import {
  backgroundFunctions,
  deadLetters,
  type FunctionSpec,
  httpFunctions,
  jobFunction,
  streamFunction,
} from './inventory.ts';
import { type MetricSpec, metricsOf, type Watched } from './metrics.ts';

/** When to wake somebody, as data: `atLeast` in `bad` of the last `of` periods of so many minutes. */
export type AlarmSpec = {
  id: string;
  meaning: string;
  /** The section of the runbook that says what to do. */
  runbook: string;
  metrics: readonly MetricSpec[];
  /** Over the metrics as m0, m1, …; null where there is one and it speaks for itself. */
  expression: string | null;
  atLeast: number;
  minutes: number;
  bad: number;
  of: number;
};

type OwnAlarm = Pick<AlarmSpec, 'meaning' | 'runbook' | 'minutes' | 'atLeast'>;

/** Of what our own functions count; each is an alarm and a line of the dashboard. */
const ownAlarms: Record<OwnMetric, OwnAlarm> = {
  KmsErrors: {
    meaning: 'Credentials cannot be sealed or opened, because KMS refuses or fails.',
    runbook: 'kms-errors',
    minutes: 5,
    atLeast: 1,
  },
  OpenIntents: {
    meaning: 'Token refreshes whose outcome is unknown had to be taken up again, more than a few.',
    runbook: 'open-intents',
    minutes: 15,
    atLeast: 20,
  },
  NeedsReauth: {
    meaning: 'Unusually many integrations ask their people to reconnect.',
    runbook: 'needs-reauth',
    minutes: 15,
    atLeast: 20,
  },
};

const once = { expression: null, minutes: 5, bad: 1, of: 1 } as const;
const lasting = { expression: null, minutes: 5, bad: 3, of: 3 } as const;

/** An alarm looks at ten metrics at most. */
const mostMetrics = 10;

/** HTTP functions together with others of their resource, so that the alarms stay few. */
const byResource = (): [string, FunctionSpec[]][] =>
  [...Map.groupBy(httpFunctions, ({ name }) => name.split('-').slice(0, 2).join('-'))].flatMap(
    ([resource, specs]) =>
      Array.from({ length: Math.ceil(specs.length / mostMetrics) }, (_, part): [string, FunctionSpec[]] => [
        part === 0 ? resource : `${resource}-${part + 1}`,
        specs.slice(part * mostMetrics, (part + 1) * mostMetrics),
      ]),
  );

export const alarmsOf = (watched: Watched): AlarmSpec[] => {
  const metric = metricsOf(watched);
  return [
    ...deadLetters.map((name) => ({
      ...once,
      id: name,
      meaning: `Work failed for good and waits in ${name}.`,
      runbook: 'dead-letters',
      metrics: [metric.queue(name, 'ApproximateNumberOfMessagesVisible')],
      atLeast: 1,
    })),
    ...jobs.map(jobFunction).map(({ name }) => ({
      ...lasting,
      id: `${name}-late`,
      meaning: `The oldest message of ${name} waits for more than a quarter of an hour.`,
      runbook: 'late-work',
      metrics: [metric.queue(name, 'ApproximateAgeOfOldestMessage')],
      atLeast: 900,
    })),
    ...streams.map(streamFunction).map(({ name }) => ({
      ...lasting,
      id: `${name}-late`,
      meaning: `${name} is more than ten minutes behind the table.`,
      runbook: 'late-work',
      metrics: [metric.function(name, 'IteratorAge', 'Maximum')],
      atLeast: 600_000,
    })),
    ...backgroundFunctions.map(({ name }) => ({
      ...once,
      id: `${name}-errors`,
      meaning: `${name} fails.`,
      runbook: 'function-errors',
      metrics: [metric.function(name, 'Errors', 'Sum')],
      minutes: 15,
      atLeast: 3,
    })),
    ...byResource().map(([name, specs]) => ({
      ...once,
      id: `${name}-errors`,
      meaning: `Functions of ${name} crash or run out of time, before they can answer.`,
      runbook: 'function-errors',
      metrics: specs.map((spec) => metric.function(spec.name, 'Errors', 'Sum')),
      expression: 'SUM(FILL(METRICS(), 0))',
      atLeast: 5,
    })),
    {
      ...once,
      id: 'throttled-functions',
      meaning: "The account's functions are refused for want of concurrency.",
      runbook: 'throttles',
      metrics: [metric.account('Throttles')],
      atLeast: 10,
    },
    {
      ...once,
      id: 'throttled-table',
      meaning: 'The table refuses requests: a partition is hot.',
      runbook: 'throttles',
      metrics: [metric.table('ReadThrottleEvents'), metric.table('WriteThrottleEvents')],
      expression: 'SUM(FILL(METRICS(), 0))',
      atLeast: 10,
    },
    {
      ...lasting,
      id: 'api-errors',
      meaning: 'Five calls in a hundred, or more, end with a 5xx.',
      runbook: 'api-errors',
      metrics: [metric.api('5xx', 'Sum'), metric.api('Count', 'Sum')],
      // Few calls make no rate.
      expression: 'IF(m1 >= 20, 100 * m0 / m1, 0)',
      bad: 2,
      atLeast: 5,
    },
    {
      ...lasting,
      id: 'api-slow',
      meaning: 'One call in a hundred takes ten seconds or longer.',
      runbook: 'api-slow',
      metrics: [metric.api('Latency', 'p99')],
      atLeast: 10_000,
    },
    ...ownMetrics.map((name) => ({
      ...once,
      ...ownAlarms[name],
      id: name,
      metrics: [metric.own(name)],
    })),
  ];
};
