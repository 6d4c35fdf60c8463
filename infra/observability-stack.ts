import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { type AlarmSpec, alarmsOf } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import type { Environment } from './environments.ts';
import { deployedName } from './inventory.ts';
import { toMetric, type Watched } from './metrics.ts';

const metricOf = ({ metrics, expression, minutes }: AlarmSpec): IMetric => {
  const used = metrics.map((spec) => toMetric(spec, minutes));
  const [only] = used;
  if (expression === null && only) return only;
  const usingMetrics = Object.fromEntries(used.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({
    expression: expression ?? 'm0',
    usingMetrics,
    period: Duration.minutes(minutes),
  });
};

/** Alarms, where they go, and the dashboard. */
export class ObservabilityStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    watched: Watched & { environment: Environment },
    props: StackProps,
  ) {
    super(scope, id, props);
    const { environment } = watched;
    const topic = this.addTopic(environment);
    const alarms = alarmsOf(watched).map((spec) => this.addAlarm(environment, spec, topic));
    this.addBudget(environment, topic);
    addDashboard(this, watched, deployedName(environment, 'overview'), alarms);
  }

  private addTopic({ alarmEmail }: Environment): Topic {
    const topic = new Topic(this, 'topic', { enforceSSL: true });
    // With a policy of its own the topic no longer takes what the account's alarms send by default.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    topic.grantPublish(
      new ServicePrincipal('budgets.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    if (alarmEmail !== null) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  private addBudget(environment: Environment, topic: Topic): void {
    const subscribers = [{ subscriptionType: 'SNS', address: topic.topicArn }];
    const when = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    new CfnBudget(this, 'budget', {
      budget: {
        budgetName: deployedName(environment, 'month'),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: environment.monthlyBudget, unit: 'USD' },
      },
      notificationsWithSubscribers: [when('ACTUAL', 80), when('FORECASTED', 100)],
    });
  }

  private addAlarm(environment: Environment, spec: AlarmSpec, topic: Topic): Alarm {
    const alarm = new Alarm(this, spec.id, {
      alarmName: deployedName(environment, spec.id),
      alarmDescription: `${spec.meaning} See infra/runbook.md#${spec.runbook}.`,
      metric: metricOf(spec),
      threshold: spec.atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: spec.bad,
      evaluationPeriods: spec.of,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  }
}
