import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { jobs } from '../lib/contract/jobs.ts';
import { ownMetrics, type ProviderMetric } from '../lib/contract/metrics.ts';
import { backgroundFunctions, deadLetters, functions, httpFunctions, jobFunction } from './inventory.ts';
import { type MetricSpec, metricsOf, ofProviders, toMetric, type Watched } from './metrics.ts';

const minutes = 5;

const graph = (title: string, metrics: readonly MetricSpec[]): IWidget =>
  new GraphWidget({ title, left: metrics.map((spec) => toMetric(spec, minutes)), width: 12, height: 6 });

/** What one looks at first when somebody asks how it goes: alarms, then from the gateway inwards. */
export const addDashboard = (
  scope: Construct,
  watched: Watched,
  name: string,
  alarms: readonly Alarm[],
): void => {
  const metric = metricsOf(watched);
  const dashboard = new Dashboard(scope, 'dashboard', {
    dashboardName: name,
    defaultInterval: Duration.hours(12),
  });
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 }));
  const byProvider = (title: string, name: ProviderMetric, statistic: MetricSpec['statistic']): IWidget =>
    new GraphWidget({ title, left: [ofProviders(watched, name, statistic, minutes)], width: 8, height: 6 });
  const rows: IWidget[][] = [
    [
      graph(
        'Calls',
        ['Count', '4xx', '5xx'].map((one) => metric.api(one, 'Sum')),
      ),
      graph(
        'Latency (ms)',
        (['p50', 'p99'] as const).map((statistic) => metric.api('Latency', statistic)),
      ),
    ],
    [
      graph(
        'Errors by function',
        functions.map((one) => metric.function(one.name, 'Errors', 'Sum')),
      ),
      graph(
        'HTTP functions, p99 (ms)',
        httpFunctions.map((one) => metric.function(one.name, 'Duration', 'p99')),
      ),
    ],
    [
      graph(
        'Background functions, p99 (ms)',
        backgroundFunctions.map((one) => metric.function(one.name, 'Duration', 'p99')),
      ),
      graph('Concurrency and throttles of the account', [
        { ...metric.account('ConcurrentExecutions'), statistic: 'Maximum' },
        metric.account('Throttles'),
      ]),
    ],
    [
      graph(
        'Age of the oldest message (s)',
        jobs.map((job) => metric.queue(jobFunction(job).name, 'ApproximateAgeOfOldestMessage')),
      ),
      graph(
        'Dead letters',
        deadLetters.map((one) => metric.queue(one, 'ApproximateNumberOfMessagesVisible')),
      ),
    ],
    [
      graph('Capacity used', ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map(metric.table)),
      graph('Counted by our functions', ownMetrics.map(metric.own)),
    ],
    [
      byProvider('Calls to providers', 'ProviderCalls', 'Sum'),
      byProvider('Errors of providers', 'ProviderErrors', 'Sum'),
      byProvider('Providers, p99 (ms)', 'ProviderLatency', 'p99'),
    ],
  ];
  for (const row of rows) dashboard.addWidgets(...row);
};
