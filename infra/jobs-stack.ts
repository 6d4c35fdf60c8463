import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, RecursiveLoop, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { ScheduleExpression, Schedule as Timer } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { commands } from '../lib/contract/commands.ts';
import type { Job, Schedule, Stream } from '../lib/contract/define.ts';
import { jobs } from '../lib/contract/jobs.ts';
import { schedules } from '../lib/contract/schedules.ts';
import { streams } from '../lib/contract/streams.ts';
import type { Bundle } from './bundle.ts';
import type { Environment } from './environments.ts';
import { addFunction, addLogGroup, type Shared } from './function.ts';
import { policyOf, queueOf, type Resources } from './grants.ts';
import {
  commandFunction,
  deadRecords,
  deadRuns,
  deployedName,
  jobFunction,
  scheduleFunction,
  streamFunction,
} from './inventory.ts';
import { addDeadLetters } from './queue.ts';
import { settingsOf } from './settings.ts';

type Given = { environment: Environment; resources: Resources; bundle: Bundle; apiAddress: string };

const sendTo = (queue: Queue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });

/** What runs without a caller: jobs behind queues, schedules, the consumer of the table's stream, operators' commands. */
export class JobsStack extends Stack {
  readonly #shared: Shared;

  constructor(scope: Construct, id: string, { apiAddress, ...given }: Given, props: StackProps) {
    super(scope, id, props);
    const { environment } = given;
    this.#shared = {
      ...given,
      settings: settingsOf(environment, apiAddress),
      logs: addLogGroup(this, 'logs', `/${deployedName(environment, 'jobs')}`, environment),
    };
    for (const job of jobs) this.addJob(job);
    const addDead = (name: string): Queue => addDeadLetters(this, name, deployedName(environment, name));
    const runs = addDead(deadRuns);
    for (const schedule of schedules) this.addSchedule(schedule, runs);
    const records = addDead(deadRecords);
    for (const stream of streams) this.addStream(stream, records);
    // Nothing calls these but operators, who need a permission of their own for it.
    for (const command of commands) addFunction(this, commandFunction(command), this.#shared);
  }

  private addJob(job: Job): void {
    const queue = queueOf(this.#shared.resources, job.id);
    const receive = new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    });
    // A job that goes on by a message to itself is no accident, which Lambda would stop after some rounds.
    const goesOn = job.grants.includes(`jobs:send:${job.id}`);
    const target = addFunction(this, jobFunction(job), this.#shared, [receive], {
      recursiveLoop: goesOn ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
    });
    target.addEventSource(
      new SqsEventSource(queue, {
        // Messages of a batch share one timeout; alone, each has all the time its definition promises.
        batchSize: 1,
        // The function answers which messages failed; without this, a failed one would count as done.
        reportBatchItemFailures: true,
        maxConcurrency: job.concurrency,
      }),
    );
  }

  private addSchedule(schedule: Schedule, dead: Queue): void {
    const { environment } = this.#shared;
    const target = addFunction(this, scheduleFunction(schedule), this.#shared, [sendTo(dead)], {
      // A run that failed is tried again until the next is due, no longer.
      maxEventAge: Duration.minutes(Math.min(schedule.every, 360)),
      retryAttempts: 2,
      onFailure: new SqsDestination(dead),
    });
    const invoke = new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [target.functionArn],
    });
    const role = new Role(this, `${schedule.id}-timer-role`, {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      inlinePolicies: { invoke: policyOf([invoke, sendTo(dead)]) },
    });
    new Timer(this, `${schedule.id}-timer`, {
      scheduleName: deployedName(environment, schedule.id),
      description: schedule.summary,
      schedule: ScheduleExpression.rate(Duration.minutes(schedule.every)),
      target: new LambdaInvoke(target, {
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: dead,
        retryAttempts: 3,
      }),
    });
  }

  private addStream(stream: Stream, dead: Queue): void {
    const { table } = this.#shared.resources;
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error('The table has no stream.');
    const receive = new PolicyStatement({
      actions: [
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ],
      resources: [streamArn],
    });
    addFunction(this, streamFunction(stream), this.#shared, [receive, sendTo(dead)]).addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        filters: [FilterCriteria.filter(stream.filter)],
        batchSize: 100,
        // Records of one partition stay in order all the same.
        parallelizationFactor: 4,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        // Then it goes to the dead letters, and the sweep finds what is still due.
        retryAttempts: 10,
        maxRecordAge: Duration.hours(1),
        onFailure: new SqsDlq(dead),
      }),
    );
  }
}
