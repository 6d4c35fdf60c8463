import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { type Grant, type grants, jobOf, queueVariable, variablesOf } from '../lib/contract/grants.ts';
import { tableShape } from './table.ts';

/** What the grants' words mean in IAM, and where the variables they bring get their values. Nothing else says. */
export type Resources = {
  table: ITable;
  /** Wraps the data keys of organisations. */
  key: Key;
  /** ARNs of keys that wrapped them before, until everything is wrapped anew. */
  formerKeys: readonly string[];
  /** By job. */
  queues: ReadonlyMap<string, Queue>;
  cursorKey: Secret;
};

const indexesOf = ({ tableArn }: ITable): string[] =>
  tableShape.indexes.map(({ name }) => `${tableArn}/index/${name}`);

/** Never `Scan`: a condition on the keys of a request holds where the request has none. */
const read = ({ table }: Resources): PolicyStatement[] => [
  new PolicyStatement({
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    resources: [table.tableArn],
  }),
  new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexesOf(table) }),
];

/** Partitions that tell what happened; a policy of IAM reads keys as text. */
const ofEvents = ['*#EVT#*'];
const changing = ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];

/**
 * Transactions need no action of their own: each write in them is allowed, or not, by its kind. What happened
 * can be told anew, and not changed or taken back.
 */
const write = ({ table }: Resources): PolicyStatement[] => [
  new PolicyStatement({
    actions: ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'],
    resources: [table.tableArn],
  }),
  new PolicyStatement({
    actions: changing,
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': ofEvents } },
  }),
];

const settleEvents = ({ table }: Resources): PolicyStatement[] => [
  new PolicyStatement({
    actions: changing,
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ofEvents } },
  }),
];

/** Only under the encryption context of credentials; which organisation's, the code and the wrapped key say. */
const useKeys = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources,
    conditions: { StringEquals: { 'kms:EncryptionContext:purpose': 'credentials' } },
  });

const openKeys =
  (...actions: string[]) =>
  ({ key, formerKeys }: Resources): PolicyStatement =>
    useKeys(actions, [key.keyArn, ...formerKeys]);

const newestKey =
  (...actions: string[]) =>
  ({ key }: Resources): PolicyStatement =>
    useKeys(actions, [key.keyArn]);

const together =
  (...parts: ((resources: Resources) => PolicyStatement)[]) =>
  (resources: Resources): PolicyStatement[] =>
    parts.map((part) => part(resources));

const meanings: Record<keyof typeof grants, (resources: Resources) => PolicyStatement[]> = {
  'table:read': read,
  'table:write': write,
  'events:settle': settleEvents,
  'credentials:open': together(openKeys('kms:Decrypt')),
  'credentials:seal': together(newestKey('kms:GenerateDataKey'), openKeys('kms:Decrypt')),
  'credentials:rewrap': together(newestKey('kms:ReEncryptTo'), openKeys('kms:ReEncryptFrom')),
  cursors: () => [],
};

export const queueOf = ({ queues }: Resources, jobId: string): Queue => {
  const queue = queues.get(jobId);
  if (queue) return queue;
  throw new Error(`A grant names the job "${jobId}", which is not defined.`);
};

export const statementsOf = (list: readonly Grant[], resources: Resources): PolicyStatement[] =>
  list.flatMap((grant) => {
    const job = jobOf(grant);
    if (job === null) return meanings[grant as keyof typeof grants](resources);
    return [
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueOf(resources, job).queueArn] }),
    ];
  });

/** Equal statements become one, so that a policy reads as what it allows. */
export const policyOf = (statements: PolicyStatement[]): PolicyDocument =>
  new PolicyDocument({ statements, minimize: true });

/** The variables that the grants bring, with their values. */
export const variablesWithValues = (list: readonly Grant[], resources: Resources): Record<string, string> => {
  const values = new Map([
    ['TABLE_NAME', () => resources.table.tableName],
    ['KEY_ID', () => resources.key.keyArn],
    // A dynamic reference: CloudFormation puts the value in, no template holds it.
    ['CURSOR_KEY', () => resources.cursorKey.secretValue.unsafeUnwrap()],
    ...[...resources.queues].map(([id, queue]) => [queueVariable(id), () => queue.queueUrl] as const),
  ]);
  return Object.fromEntries(
    variablesOf(list).map((name) => {
      const value = values.get(name);
      if (!value) throw new Error(`Nothing says what the variable ${name} holds.`);
      return [name, value()];
    }),
  );
};
