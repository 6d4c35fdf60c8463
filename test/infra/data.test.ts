import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { tableShape } from '../../infra/table.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { filledProd, synth } from './synth.ts';

const dev = synth(environments.dev);
const prod = synth(filledProd);

describe('the table', () => {
  const [table] = prod.resources('AWS::DynamoDB::Table');

  it('has its keys, indexes, stream and time to live', () => {
    const key = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: range, KeyType: 'RANGE' },
    ];

    expect(table?.properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: key('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'due', KeySchema: key('due', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
        { IndexName: 'byKey', KeySchema: key('by', 'bySk'), Projection: { ProjectionType: 'ALL' } },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'due', AttributeType: 'S' },
        { AttributeName: 'dueAt', AttributeType: 'N' },
        { AttributeName: 'by', AttributeType: 'S' },
        { AttributeName: 'bySk', AttributeType: 'S' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('names its indexes as DynamoDB takes them', () => {
    for (const { name } of tableShape.indexes) expect(name).toMatch(/^[A-Za-z0-9_.-]{3,255}$/);
  });

  it('can be restored to a point in time, everywhere', () => {
    for (const { resources } of [dev, prod])
      expect(resources('AWS::DynamoDB::Table')[0]?.properties).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
  });

  it('gives its place to a restored copy, and stays, with what the other stacks still import', () => {
    const streamArn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/copy/stream/1';
    const restored = synth({ ...filledProd, restoredTable: { name: 'copy', streamArn } });
    type Function = { Environment?: { Variables?: { TABLE_NAME?: unknown } } };
    const names = restored
      .resources<Function>('AWS::Lambda::Function')
      .map(({ properties }) => properties.Environment?.Variables?.TABLE_NAME)
      .filter((name) => name !== undefined);
    const ofTable = prod.exports.filter((name) => /GetAtttable.*Arn/.test(name));
    const policies = JSON.stringify(restored.resources('AWS::IAM::Role'));
    const sources = restored.resources<{ EventSourceArn: unknown }>('AWS::Lambda::EventSourceMapping');

    expect(restored.resources('AWS::DynamoDB::Table')).toEqual(prod.resources('AWS::DynamoDB::Table'));
    expect(restored.exports).toEqual(expect.arrayContaining(prod.exports));
    expect([...new Set(names)]).toEqual(['copy']);
    expect(policies).toContain(':table/copy');
    expect(policies).toContain(':table/copy/index/due');
    expect(ofTable.length).toBeGreaterThan(0);
    expect(ofTable.filter((name) => policies.includes(name))).toEqual([]);
    expect(sources.map(({ properties }) => properties.EventSourceArn)).toContain(streamArn);
  });

  it('survives in production what may be taken down elsewhere', () => {
    const [ofDev] = dev.resources('AWS::DynamoDB::Table');

    expect(table).toMatchObject({ deletion: 'Retain', properties: { DeletionProtectionEnabled: true } });
    expect(ofDev).toMatchObject({ deletion: 'Delete', properties: { DeletionProtectionEnabled: false } });
  });
});

describe('the key', () => {
  it('is rotated, has a name, and survives in production', () => {
    expect(prod.resources('AWS::KMS::Key')).toMatchObject([
      { deletion: 'Retain', properties: { EnableKeyRotation: true } },
    ]);
    expect(prod.resources('AWS::KMS::Alias')).toMatchObject([
      { properties: { AliasName: 'alias/mos-integrations-prod' } },
    ]);
  });
});

describe('queues', () => {
  type Queue = {
    QueueName: string;
    RedrivePolicy?: { deadLetterTargetArn: unknown; maxReceiveCount: number };
  };
  const queues = dev.resources<Queue>('AWS::SQS::Queue');

  it.each(jobs)('of $id hide a message as long as Lambda asks for, five times', ({ id, timeout }) => {
    const queue = queues.find(({ properties }) => properties.QueueName === `mos-integrations-dev-jobs-${id}`);
    const dead = queues.find(
      ({ properties }) => properties.QueueName === `mos-integrations-dev-jobs-${id}-dead`,
    );

    // Tokens that no other place has must not wait once their worker is gone.
    const times = id === 'rescue' ? 1 : 6;
    expect(queue?.properties).toMatchObject({ VisibilityTimeout: times * timeout });
    expect(queue?.properties.RedrivePolicy?.maxReceiveCount).toBe(5);
    expect(dev.text(queue?.properties.RedrivePolicy?.deadLetterTargetArn)).toBe(`<${dead?.id}.Arn>`);
    expect(dead?.properties).toMatchObject({ MessageRetentionPeriod: 14 * 86_400 });
  });

  it('are sealed and refuse what is not', () => {
    const policies = dev.resources<{ Queues: unknown[]; PolicyDocument: { Statement: object[] } }>(
      'AWS::SQS::QueuePolicy',
    );

    for (const { id, properties } of queues) {
      const policy = policies.find((one) => dev.text(one.properties.Queues[0]) === `<${id}>`);
      expect(properties).toMatchObject({ SqsManagedSseEnabled: true });
      expect(policy?.properties.PolicyDocument.Statement).toMatchObject([
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]);
    }
  });
});

describe('logs', () => {
  it('end after the time the environment sets, in every group', () => {
    for (const { environment, resources } of [dev, prod]) {
      const groups = resources('AWS::Logs::LogGroup');
      expect(groups).toHaveLength(3);
      for (const { properties } of groups)
        expect(properties).toMatchObject({ RetentionInDays: environment.logRetentionDays });
    }
  });
});

describe('the key of page cursors', () => {
  it('is made where nobody sees it', () => {
    expect(dev.resources('AWS::SecretsManager::Secret')).toMatchObject([
      { properties: { GenerateSecretString: { PasswordLength: 64 } } },
    ]);
    expect(dev.whole).not.toContain('SecretString":"');
  });
});
