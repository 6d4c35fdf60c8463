import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { backgroundFunctions, httpFunctions } from '../../infra/inventory.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { metricNamespace, ownMetrics, providerMetrics } from '../../lib/contract/metrics.ts';
import { streams } from '../../lib/contract/streams.ts';
import { filledProd, synth } from './synth.ts';

const dev = synth(environments.dev);
const prod = synth(filledProd);

type Dimension = { Name: string; Value: unknown };
type Stat = { Metric: Measure; Period: number };
type Measure = { Namespace: string; MetricName: string; Dimensions?: Dimension[] };
type Alarm = Partial<Measure> & {
  AlarmName: string;
  AlarmDescription: string;
  Metrics?: { Expression?: string; MetricStat?: Stat }[];
  Threshold: number;
  AlarmActions: unknown[];
  OKActions: unknown[];
};

const alarms = dev.resources<Alarm>('AWS::CloudWatch::Alarm').map(({ properties }) => properties);

const measuresOf = ({ Namespace = '', MetricName, Dimensions = [], Metrics = [] }: Alarm): Measure[] => [
  ...(MetricName ? [{ Namespace, MetricName, Dimensions }] : []),
  ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])),
];

/** `Errors of mos-integrations-dev-http-links-create`, for each metric an alarm looks at. */
const watchedBy = (alarm: Alarm): string[] =>
  measuresOf(alarm).map(
    ({ MetricName: name, Dimensions: of = [] }) =>
      `${name} of ${of.map(({ Value }) => dev.text(Value)).join()}`,
  );
const watched = alarms.flatMap(watchedBy);
const alarmOn = (metric: string): Alarm | undefined =>
  alarms.find((alarm) => watchedBy(alarm).includes(metric));

/** What AWS measures, by its documents, and what we do; `by` are the dimensions it is kept under. */
const measured: Record<string, string[]> = {
  'AWS/ApiGateway': ['Count by ApiId', '5xx by ApiId', 'Latency by ApiId'],
  'AWS/Lambda': ['Errors by FunctionName', 'IteratorAge by FunctionName', 'Throttles by '],
  'AWS/SQS': [
    'ApproximateNumberOfMessagesVisible by QueueName',
    'ApproximateAgeOfOldestMessage by QueueName',
  ],
  'AWS/DynamoDB': ['ReadThrottleEvents by TableName', 'WriteThrottleEvents by TableName'],
  [metricNamespace]: ownMetrics.map((name) => `${name} by Environment`),
};

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

  it('watch what waits too long: every queue of a job, and the stream', () => {
    for (const { id } of jobs)
      expect(alarmOn(`ApproximateAgeOfOldestMessage of mos-integrations-dev-jobs-${id}`)).toMatchObject({
        Threshold: 900,
      });
    for (const { id } of streams)
      expect(watched).toContain(`IteratorAge of mos-integrations-dev-streams-${id}`);
  });

  it('watch what our functions count themselves: KMS, open intents and lost consents', () => {
    expect(ownMetrics).toEqual(['KmsErrors', 'OpenIntents', 'NeedsReauth']);
    for (const name of ownMetrics) expect(watched).toContain(`${name} of dev`);
  });

  it('watch nothing that nobody measures', () => {
    for (const { Namespace, MetricName, Dimensions = [] } of alarms.flatMap(measuresOf)) {
      const names = Dimensions.map(({ Name }) => Name).join();
      expect(measured[Namespace], `${MetricName} by ${names}`).toContain(`${MetricName} by ${names}`);
    }
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

describe('the runbook', () => {
  const sections = readFileSync(join(import.meta.dirname, '../../infra/runbook.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      anchor: section.split('\n', 1)[0]?.toLowerCase().replaceAll(' ', '-') ?? '',
      text: section,
    }));
  const linked = alarms.map(({ AlarmDescription: text }) => /runbook\.md#([a-z-]+)\./.exec(text)?.[1] ?? '');

  it('has a section for every alarm, and none for anything else', () => {
    expect(new Set(sections.map(({ anchor }) => anchor))).toEqual(new Set(linked));
    expect(new Set(sections.map(({ anchor }) => anchor)).size).toBe(sections.length);
  });

  it('says in each what it means, what to look at, and what to do', () => {
    for (const { anchor, text } of sections)
      for (const part of ['Means', 'Look at', 'Do'])
        expect(text, anchor).toMatch(new RegExp(`^\\*\\*${part}\\*\\* \\S.{20}`, 'm'));
  });

  it('leads nowhere but to its own sections', () => {
    const anchors = new Set(sections.map(({ anchor }) => anchor));
    const links = sections.flatMap(({ text }) => [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, to]) => to));

    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(anchors).toContain(link);
  });
});

describe('the topic', () => {
  it('takes what alarms and the budget send, encrypted on its way', () => {
    const [policy] = dev.resources<{ PolicyDocument: { Statement: object[] } }>('AWS::SNS::TopicPolicy');

    expect(policy?.properties.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } },
      { Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'budgets.amazonaws.com' } },
    ]);
  });

  it('writes to whom the environment names', () => {
    expect(dev.resources('AWS::SNS::Subscription')).toEqual([]);
    expect(prod.resources('AWS::SNS::Subscription')).toMatchObject([
      { properties: { Protocol: 'email', Endpoint: 'oncall@manageros.test' } },
    ]);
  });
});

describe('the budget', () => {
  it.each([dev, prod])(
    'tells the topic at four fifths of a month, and when it will not do',
    (synthesized) => {
      const { environment } = synthesized;
      const [budget] = synthesized.resources<{
        Budget: object;
        NotificationsWithSubscribers: { Subscribers: { Address: unknown }[] }[];
      }>('AWS::Budgets::Budget');
      const told = budget?.properties.NotificationsWithSubscribers ?? [];

      expect(budget?.properties.Budget).toMatchObject({
        BudgetName: `mos-integrations-${environment.name}-month`,
        BudgetLimit: { Amount: environment.monthlyBudget, Unit: 'USD' },
        TimeUnit: 'MONTHLY',
      });
      expect(told).toMatchObject([
        { Notification: { NotificationType: 'ACTUAL', Threshold: 80 } },
        { Notification: { NotificationType: 'FORECASTED', Threshold: 100 } },
      ]);
      for (const { Subscribers } of told)
        expect(Subscribers.map(({ Address }) => synthesized.text(Address))).toEqual(['<topic>']);
    },
  );
});

describe('the dashboard', () => {
  it('shows every function, queue and metric of ours', () => {
    const [dashboard] = dev.resources<{ DashboardBody: unknown }>('AWS::CloudWatch::Dashboard');
    const body = dev.text(dashboard?.properties.DashboardBody);

    expect(() => JSON.parse(body) as unknown).not.toThrow();
    for (const { name } of [...httpFunctions, ...backgroundFunctions])
      for (const metric of ['Errors', 'Duration'])
        expect(body).toContain(`"${metric}","FunctionName","mos-integrations-dev-${name}"`);
    for (const name of ownMetrics)
      expect(body).toContain(`"${metricNamespace}","${name}","Environment","dev"`);
  });

  it('shows the calls of each provider, whichever there are', () => {
    const [dashboard] = dev.resources<{ DashboardBody: unknown }>('AWS::CloudWatch::Dashboard');
    const body = dev.text(dashboard?.properties.DashboardBody);
    for (const name of providerMetrics) {
      const search = `{${metricNamespace},Environment,Provider} MetricName="${name}" Environment="dev"`;
      expect(body).toContain(JSON.stringify(`SEARCH('${search}', `).slice(1, -1));
    }
  });
});
