import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import type { FunctionSpec } from '../../infra/inventory.ts';
import { functions } from '../../infra/inventory.ts';
import { refresh, rescue } from '../../lib/contract/jobs.ts';
import { synth } from './synth.ts';

/** What the refresh protocol takes for granted of what it runs on. */

const { resources, text } = synth(environments.dev);
const named = (name: string) => `mos-integrations-dev-${name}`;
const senders = (job: string): string[] =>
  functions.filter(({ grants }) => grants.includes(`jobs:send:${job}`)).map(({ name }: FunctionSpec) => name);

describe('the refresh function', () => {
  it.each(Object.values(environments))(
    'in $name ends before its lease, and after the last word a provider has',
    ({ refresh: { deadline, limit, lease } }) => {
      expect(refresh.timeout).toBe(120);
      expect(limit).toBe(refresh.timeout * 1000);
      expect(deadline).toBeLessThan(limit);
      expect(limit).toBeLessThan(lease);
      // What is left after the deadline is for the commit, and for the rescue.
      expect(limit - deadline).toBeGreaterThanOrEqual(10_000);
    },
  );

  it('has the limit in its template, and a queue that does not show a message again before', () => {
    const [target] = resources<{ FunctionName: string; Timeout: number }>('AWS::Lambda::Function').filter(
      ({ properties }) => properties.FunctionName === named('jobs-refresh'),
    );
    const [queue] = resources<{ QueueName: string; VisibilityTimeout: number }>('AWS::SQS::Queue').filter(
      ({ properties }) => properties.QueueName === named('jobs-refresh'),
    );

    expect(target?.properties.Timeout).toBe(120);
    expect(queue?.properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * 120);
  });

  it('is asked by whoever uses tokens, and by the schedules', () => {
    const asked = senders('refresh');

    for (const name of ['search', 'entity', 'proxy', 'test'])
      expect(asked).toContain(`http-integrations-${name}`);
    for (const name of ['refresh-ahead', 'recover-intents', 'keep-alive'])
      expect(asked).toContain(`schedules-${name}`);
  });
});

describe('the rescue', () => {
  it('is fed by the refresh alone, through a queue: no table, so that it stands where the table does not', () => {
    const [queue] = resources<{ QueueName: string }>('AWS::SQS::Queue').filter(
      ({ properties }) => properties.QueueName === named('jobs-rescue'),
    );
    const role = resources<{ Policies: { PolicyDocument: { Statement: object[] } }[] }>(
      'AWS::IAM::Role',
    ).find(({ id }) => id === 'jobsrefreshrole');
    const statements = role?.properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const sends = (statements ?? []) as { Action: string | string[]; Resource: unknown }[];

    expect(senders('rescue')).toEqual(['jobs-refresh']);
    expect(
      sends.filter(({ Action }) => Action === 'sqs:SendMessage').map((one) => text(one.Resource)),
    ).toEqual([`<${queue?.id}.Arn>`]);
  });

  it('keeps what it holds for days, and may open what it commits', () => {
    const dead = resources<{ QueueName: string; MessageRetentionPeriod: number }>('AWS::SQS::Queue').find(
      ({ properties }) => properties.QueueName === named('jobs-rescue-dead'),
    );

    expect(dead?.properties.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(rescue.grants).toEqual(['table:read', 'table:write', 'credentials:open']);
  });
});
