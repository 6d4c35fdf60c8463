import { describe, expect, it } from 'vitest';
import { ownMetrics } from '../../infra/alarms.ts';
import { environments } from '../../infra/environments.ts';
import { backgroundFunctions, httpFunctions } from '../../infra/inventory.ts';
import { filledProd, synth } from './synth.ts';

const dev = synth(environments.dev);
const prod = synth(filledProd);

type Dimension = { Name: string; Value: unknown };
type Stat = { Metric: { MetricName: string; Dimensions?: Dimension[] }; Period: number };
type Alarm = {
  AlarmName: string;
  AlarmDescription: string;
  MetricName?: string;
  Dimensions?: Dimension[];
  Metrics?: { Expression?: string; MetricStat?: Stat }[];
  Threshold: number;
  AlarmActions: unknown[];
  OKActions: unknown[];
};

const alarms = dev.resources<Alarm>('AWS::CloudWatch::Alarm').map(({ properties }) => properties);

/** `Errors of mos-integrations-dev-http-links-create`, for each metric an alarm looks at. */
const watchedBy = ({ MetricName, Dimensions, Metrics = [] }: Alarm): string[] =>
  [
    ...(MetricName ? [{ MetricName, Dimensions }] : []),
    ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])),
  ].map(
    ({ MetricName: name, Dimensions: of = [] }) =>
      `${name} of ${of.map(({ Value }) => dev.text(Value)).join()}`,
  );
const watched = alarms.flatMap(watchedBy);
const alarmOn = (metric: string): Alarm | undefined =>
  alarms.find((alarm) => watchedBy(alarm).includes(metric));

describe('alarms', () => {
  it('watch every queue of dead letters, for a single one', () => {
    const dead = dev
      .resources<{ QueueName: string; RedrivePolicy?: object }>('AWS::SQS::Queue')
      .filter(({ properties }) => properties.RedrivePolicy === undefined);

    expect(dead.length).toBeGreaterThanOrEqual(3);
    for (const { properties } of dead) {
      const alarm = alarmOn(`ApproximateNumberOfMessagesVisible of ${properties.QueueName}`);
      expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
    }
  });

  it('watch the errors of every function', () => {
    for (const { name } of [...httpFunctions, ...backgroundFunctions])
      expect(watched).toContain(`Errors of mos-integrations-dev-${name}`);
  });

  it('watch what callers feel, and what runs short', () => {
    expect(alarmOn('5xx of <api>')?.Metrics?.map(({ Expression }) => Expression)).toContain(
      'IF(m1 >= 20, 100 * m0 / m1, 0)',
    );
    expect(alarmOn('Latency of <api>')).toMatchObject({ ExtendedStatistic: 'p99', Threshold: 10_000 });
    expect(watched).toEqual(
      expect.arrayContaining([
        'Throttles of ',
        'ReadThrottleEvents of <table>',
        'WriteThrottleEvents of <table>',
      ]),
    );
  });

  it('watch what our functions count themselves, KMS among it', () => {
    expect(ownMetrics.map(({ name }) => name)).toContain('KmsErrors');
    for (const { name } of ownMetrics) expect(watched).toContain(`${name} of dev`);
  });

  it('look at no more metrics than CloudWatch lets them, all of the same period', () => {
    for (const { Metrics = [] } of alarms) {
      const periods = Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Period] : []));
      expect(periods.length).toBeLessThanOrEqual(10);
      expect(new Set(periods).size).toBeLessThanOrEqual(1);
    }
  });

  it('say what they mean, where to read on, and tell the topic', () => {
    for (const alarm of alarms) {
      expect(alarm.AlarmDescription).toMatch(/^\S.+\. See infra\/runbook\.md#[a-z-]+\.$/);
      expect(alarm).toMatchObject({ TreatMissingData: 'notBreaching' });
      expect(alarm.AlarmActions.map(dev.text)).toEqual(['<topic>']);
      expect(alarm.OKActions.map(dev.text)).toEqual(['<topic>']);
    }
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
  });
});

describe('the topic', () => {
  it('takes what alarms send, encrypted on its way', () => {
    const [policy] = dev.resources<{ PolicyDocument: { Statement: object[] } }>('AWS::SNS::TopicPolicy');

    expect(policy?.properties.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } },
    ]);
  });

  it('writes to whom the environment names', () => {
    expect(dev.resources('AWS::SNS::Subscription')).toEqual([]);
    expect(prod.resources('AWS::SNS::Subscription')).toMatchObject([
      { properties: { Protocol: 'email', Endpoint: 'oncall@manageros.test' } },
    ]);
  });
});

describe('the dashboard', () => {
  it('shows every function, queue and metric of ours', () => {
    const [dashboard] = dev.resources<{ DashboardBody: unknown }>('AWS::CloudWatch::Dashboard');
    const body = dev.text(dashboard?.properties.DashboardBody);

    expect(() => JSON.parse(body) as unknown).not.toThrow();
    for (const { name } of [...httpFunctions, ...backgroundFunctions])
      for (const metric of ['Errors', 'Duration'])
        expect(body).toContain(`"${metric}","FunctionName","mos-integrations-dev-${name}"`);
    for (const { name } of ownMetrics) expect(body).toContain(`"${name}"`);
  });
});
