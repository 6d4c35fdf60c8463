import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import { streams } from '../../lib/contract/streams.ts';
import { synth } from './synth.ts';

const { resources, text } = synth(environments.dev);

type Mapping = {
  FunctionName: unknown;
  EventSourceArn: unknown;
  DestinationConfig?: { OnFailure: { Destination: unknown } };
  FilterCriteria?: { Filters: { Pattern: string }[] };
};
type LambdaFunction = { FunctionName: string; RecursiveLoop?: string };

const functions = resources<LambdaFunction>('AWS::Lambda::Function');
const functionNamed = (name: string) =>
  functions.find(({ properties }) => properties.FunctionName === `mos-integrations-dev-${name}`);
const mappings = resources<Mapping>('AWS::Lambda::EventSourceMapping');
/** The minutes of `rate(2 minutes)`, or of `rate(1 hour)`. */
const minutesOf = (expression = ''): number => {
  const [, count, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(expression) ?? [];
  return Number(count) * (unit === 'hour' ? 60 : 1);
};
const mappingOf = (name: string) =>
  mappings.find(({ properties }) => text(properties.FunctionName) === `<${functionNamed(name)?.id}>`)
    ?.properties;

describe('jobs', () => {
  it.each(jobs)(
    '$id takes messages from its queue, one by one, and gives failed ones back',
    ({ id, concurrency }) => {
      const mapping = mappingOf(`jobs-${id}`);

      expect(text(mapping?.EventSourceArn)).toBe(`<${id.replaceAll('-', '')}.Arn>`);
      expect(mapping).toMatchObject({
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: concurrency },
      });
      expect(concurrency).toBeGreaterThanOrEqual(2);
    },
  );

  it.each(jobs)('$id may go on by a message to itself only where its grants say so', ({ id, grants }) => {
    const loop = grants.includes(`jobs:send:${id}`) ? 'Allow' : 'Terminate';

    expect(functionNamed(`jobs-${id}`)?.properties.RecursiveLoop).toBe(loop);
  });
});

describe('schedules', () => {
  type Timer = {
    ScheduleExpression: string;
    Name: string;
    Target: { Arn: unknown; RoleArn: unknown; DeadLetterConfig: { Arn: unknown }; RetryPolicy: object };
  };
  const timers = resources<Timer>('AWS::Scheduler::Schedule');

  it('are those of the contract', () => {
    const names = schedules.map(({ id }) => `mos-integrations-dev-${id}`);

    expect(timers.map(({ properties }) => properties.Name).sort()).toEqual(names.sort());
  });

  it.each(schedules)('$id runs as often as it says, and is not lost where it fails', ({ id, every }) => {
    const timer = timers.find(
      ({ properties }) => properties.Name === `mos-integrations-dev-${id}`,
    )?.properties;
    const target = functionNamed(`schedules-${id}`);
    const retries = resources<{ FunctionName: unknown }>('AWS::Lambda::EventInvokeConfig').find(
      ({ properties }) => text(properties.FunctionName) === `<${target?.id}>`,
    );

    expect(minutesOf(timer?.ScheduleExpression)).toBe(every);
    expect(text(timer?.Target.Arn)).toBe(`<${target?.id}.Arn>`);
    expect(text(timer?.Target.DeadLetterConfig.Arn)).toBe('<schedulesdead.Arn>');
    expect(timer?.Target.RetryPolicy).toMatchObject({ MaximumRetryAttempts: 3 });
    expect(retries?.properties).toMatchObject({
      MaximumEventAgeInSeconds: Math.min(every, 360) * 60,
      MaximumRetryAttempts: 2,
    });
  });

  it.each(schedules)('$id has a role that calls its function and no other', ({ id }) => {
    const timer = timers.find(
      ({ properties }) => properties.Name === `mos-integrations-dev-${id}`,
    )?.properties;
    type Statement = { Action: string; Resource: unknown };
    const role = resources<{ Policies: { PolicyDocument: { Statement: Statement[] } }[] }>(
      'AWS::IAM::Role',
    ).find((one) => `<${one.id}.Arn>` === text(timer?.Target.RoleArn));
    const statements = role?.properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

    expect(statements?.map(({ Action, Resource }) => `${Action} ${text(Resource)}`)).toEqual([
      `lambda:InvokeFunction <${functionNamed(`schedules-${id}`)?.id}.Arn>`,
      'sqs:SendMessage <schedulesdead.Arn>',
    ]);
  });
});

describe('the stream', () => {
  it.each(streams)(
    'gives $id only what its filter lets through, and what fails to the dead letters',
    (stream) => {
      const mapping = mappingOf(`streams-${stream.id}`);
      const patterns = mapping?.FilterCriteria?.Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown);

      expect(text(mapping?.EventSourceArn)).toBe('<table.StreamArn>');
      expect(patterns).toEqual([stream.filter]);
      expect(text(mapping?.DestinationConfig?.OnFailure.Destination)).toBe('<streamsdead.Arn>');
      expect(mapping).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 10,
        MaximumRecordAgeInSeconds: 3600,
        ParallelizationFactor: 4,
      });
    },
  );
});

it('nothing else calls a function in the background', () => {
  expect(mappings).toHaveLength(jobs.length + streams.length);
});
