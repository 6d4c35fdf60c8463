import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  metricDimension,
  metricNamespace,
  type OwnMetric,
  type ProviderMetric,
  providerDimension,
} from '../lib/contract/metrics.ts';
import { deployedName } from './inventory.ts';

/** What is watched, by name: the stack that watches needs nothing else of the others. */
export type Watched = { environment: { name: string }; apiId: string; tableName: string };

/** A metric as data: alarms watch it, the dashboard shows it. */
export type MetricSpec = {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: 'Sum' | 'Maximum' | 'p50' | 'p99';
};

type Statistic = MetricSpec['statistic'];

export const metricsOf = ({ environment, apiId, tableName }: Watched) => ({
  api: (name: string, statistic: Statistic): MetricSpec => ({
    namespace: 'AWS/ApiGateway',
    name,
    dimensions: { ApiId: apiId },
    statistic,
  }),
  function: (named: string, name: string, statistic: Statistic): MetricSpec => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: deployedName(environment, named) },
    statistic,
  }),
  /** Of all functions of the account, which share its concurrency. */
  account: (name: string): MetricSpec => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: {},
    statistic: 'Sum',
  }),
  queue: (named: string, name: string): MetricSpec => ({
    namespace: 'AWS/SQS',
    name,
    dimensions: { QueueName: deployedName(environment, named) },
    statistic: 'Maximum',
  }),
  table: (name: string): MetricSpec => ({
    namespace: 'AWS/DynamoDB',
    name,
    dimensions: { TableName: tableName },
    statistic: 'Sum',
  }),
  /** What our functions count themselves, in their log lines. */
  own: (name: OwnMetric): MetricSpec => ({
    namespace: metricNamespace,
    name,
    dimensions: { [metricDimension]: environment.name },
    statistic: 'Sum',
  }),
});

export const toMetric = ({ namespace, name, dimensions, statistic }: MetricSpec, minutes: number): Metric =>
  new Metric({
    namespace,
    metricName: name,
    dimensionsMap: { ...dimensions },
    statistic,
    period: Duration.minutes(minutes),
  });

/** What our functions count of their calls to providers, a line for each provider there is. */
export const ofProviders = (
  { environment }: Watched,
  name: ProviderMetric,
  statistic: Statistic,
  minutes: number,
): IMetric => {
  const dimensions = [metricDimension, providerDimension].join();
  const wanted = `{${metricNamespace},${dimensions}} MetricName="${name}" ${metricDimension}="${environment.name}"`;
  return new MathExpression({
    expression: `SEARCH('${wanted}', '${statistic}', ${minutes * 60})`,
    label: '',
    period: Duration.minutes(minutes),
  });
};
