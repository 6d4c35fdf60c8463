import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { functions } from '../../infra/inventory.ts';
import { type Grant, variablesOf } from '../../lib/contract/grants.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import { streams } from '../../lib/contract/streams.ts';
import { synth } from './synth.ts';

const { resources, text } = synth(environments.dev);

type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};
type Role = {
  AssumeRolePolicyDocument: { Statement: { Principal: unknown }[] };
  Policies: { PolicyDocument: { Statement: Statement[] } }[];
  ManagedPolicyArns?: unknown;
};
type LambdaFunction = {
  FunctionName: string;
  Role: unknown;
  Environment: { Variables: Record<string, unknown> };
};

const deployed = new Map(
  resources<LambdaFunction>('AWS::Lambda::Function').map(({ properties }) => [
    properties.FunctionName,
    properties,
  ]),
);
const roles = new Map(resources<Role>('AWS::IAM::Role').map((role) => [`<${role.id}.Arn>`, role.properties]));
const functionNamed = (name: string): LambdaFunction | undefined =>
  deployed.get(`mos-integrations-dev-${name}`);
const roleOf = (name: string): Role | undefined => roles.get(text(functionNamed(name)?.Role));

/** One line for each action on each resource. */
const rightsOf = ({ Policies }: Role): string[] =>
  Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Effect, Action, Resource: on, Condition }) =>
      [Action].flat().flatMap((action) =>
        [on].flat().map((one) => {
          const condition = Condition ? ` if ${JSON.stringify(Condition)}` : '';
          return `${Effect === 'Allow' ? '' : 'not '}${action} ${text(one)}${condition}`;
        }),
      ),
    ),
  );

const ifCredentials = 'if {"StringEquals":{"kms:EncryptionContext:purpose":"credentials"}}';
const changes = ['UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const ifKeys = (how: string): string => `if {"ForAllValues:${how}":{"dynamodb:LeadingKeys":["*#EVT#*"]}}`;
const queueIn = (jobId: string): string => `<${jobId.replaceAll('-', '')}.Arn>`;

/** What the words allow, written down a second time on purpose. */
const allowed: Record<string, string[]> = {
  'table:read': [
    ...['GetItem', 'BatchGetItem', 'Query'].map((action) => `dynamodb:${action} <table.Arn>`),
    'dynamodb:Query <table.Arn>/index/due',
    'dynamodb:Query <table.Arn>/index/byKey',
  ],
  'table:write': [
    ...['PutItem', 'ConditionCheckItem'].map((action) => `dynamodb:${action} <table.Arn>`),
    ...changes.map((action) => `dynamodb:${action} <table.Arn> ${ifKeys('StringNotLike')}`),
  ],
  'events:settle': changes.map((action) => `dynamodb:${action} <table.Arn> ${ifKeys('StringLike')}`),
  'credentials:open': [`kms:Decrypt <key.Arn> ${ifCredentials}`],
  'credentials:seal': [
    `kms:GenerateDataKey <key.Arn> ${ifCredentials}`,
    `kms:Decrypt <key.Arn> ${ifCredentials}`,
  ],
  'credentials:rewrap': ['From', 'To'].map((way) => `kms:ReEncrypt${way} <key.Arn> ${ifCredentials}`),
  cursors: [],
  ...Object.fromEntries(jobs.map(({ id }) => [`jobs:send:${id}`, [`sqs:SendMessage ${queueIn(id)}`]])),
};
const log = ['logs:CreateLogStream <logs.Arn>', 'logs:PutLogEvents <logs.Arn>'];
const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
const receive = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
const send = (queue: string): string => `sqs:SendMessage <${queue}.Arn>`;
/** What feeds a function, and where it leaves what failed. */
const ofItsKind: Record<string, string[]> = {
  ...Object.fromEntries(
    jobs.map(({ id }) => [`jobs-${id}`, receive.map((action) => `sqs:${action} ${queueIn(id)}`)]),
  ),
  ...Object.fromEntries(schedules.map(({ id }) => [`schedules-${id}`, [send('schedulesdead')]])),
  ...Object.fromEntries(
    streams.map(({ id }) => [
      `streams-${id}`,
      [...stream.map((action) => `dynamodb:${action} <table.StreamArn>`), send('streamsdead')],
    ]),
  ),
};
const granted = (grants: readonly Grant[]): string[] =>
  grants.flatMap((grant) => allowed[grant] ?? [`no ${grant}`]);

describe('every function', () => {
  it.each(functions)('$name may do what its grants say, and nothing else', ({ name, grants }) => {
    const role = roleOf(name);
    const expected = new Set([...log, ...granted(grants), ...(ofItsKind[name] ?? [])]);

    expect(rightsOf(role as Role).sort()).toEqual([...expected].sort());
    expect(role?.ManagedPolicyArns).toBeUndefined();
    expect(role?.AssumeRolePolicyDocument.Statement.map(({ Principal }) => Principal)).toEqual([
      { Service: 'lambda.amazonaws.com' },
    ]);
  });

  it.each(functions)('$name finds the variables its grants bring, and nothing else', ({ name, grants }) => {
    const variables = functionNamed(name)?.Environment.Variables ?? {};
    const values: Record<string, string> = {
      TABLE_NAME: '<table>',
      KEY_ID: '<key.Arn>',
      CURSOR_KEY: '{{resolve:secretsmanager:<cursorkey>:SecretString:::}}',
      ...Object.fromEntries(
        jobs.map(({ id }) => [
          `QUEUE_URL_${id.replaceAll('-', '_').toUpperCase()}`,
          `<${id.replaceAll('-', '')}>`,
        ]),
      ),
    };

    expect(Object.keys(variables).sort()).toEqual(['SETTINGS', ...variablesOf(grants)].sort());
    for (const variable of variablesOf(grants)) expect(text(variables[variable])).toBe(values[variable]);
  });
});

describe('every role', () => {
  const rights = [...roles.values()].flatMap(rightsOf);

  it('names its actions, and what they are for', () => {
    const wild = rights.filter((right) => right.split(' if ')[0]?.includes('*'));

    expect(wild).toEqual([
      'lambda:InvokeFunction arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:mos-integrations-dev-http-*',
    ]);
    expect(resources('AWS::IAM::Policy')).toEqual([]);
    expect(resources('AWS::IAM::ManagedPolicy')).toEqual([]);
    expect(resources('AWS::Lambda::Permission')).toEqual([]);
  });

  it('lets nobody scan the table, or change or delete it', () => {
    expect(rights.filter((right) => /Scan|PartiQL|\wTable/.test(right))).toEqual([]);
  });
});

it('changes what happened only where events are followed, and where their time is over', () => {
  const settlers = functions.filter(({ grants }) => grants.includes('events:settle'));

  expect(settlers.map(({ name }) => name).toSorted()).toEqual([
    'jobs-erase',
    'schedules-purge',
    'schedules-sweep-events',
    'streams-events',
  ]);
});

describe('a KMS key that wrapped data keys before', () => {
  const former = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-4333-8444-555555555555';
  const { resources: of } = synth({ ...environments.dev, formerKeys: [former] });
  const before = of<Role>('AWS::IAM::Role').flatMap(({ id, properties }) =>
    rightsOf(properties)
      .filter((right) => right.includes(former))
      .map((right) => [id, right.split(' ')[0] ?? ''] as const),
  );

  it('may still open what it wrapped, and have it wrapped anew, but wraps nothing itself', () => {
    expect([...new Set(before.map(([, action]) => action))].sort()).toEqual([
      'kms:Decrypt',
      'kms:ReEncryptFrom',
    ]);
    expect(before.filter(([, action]) => action === 'kms:ReEncryptFrom').map(([id]) => id)).toEqual([
      'jobsresealrole',
    ]);
  });
});
