import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { hiddenFor } from '../lib/contract/define.ts';
import { jobs } from '../lib/contract/jobs.ts';
import type { Environment } from './environments.ts';
import type { Resources } from './grants.ts';
import { deadMessages, deployedName, jobFunction } from './inventory.ts';
import { addQueue } from './queue.ts';
import { removalPolicyOf } from './removal.ts';
import { tableShape } from './table.ts';

const attribute = ({ name, type }: { name: string; type: 'S' | 'N' }) => ({
  name,
  type: { S: AttributeType.STRING, N: AttributeType.NUMBER }[type],
});

/** What must outlive every other stack: the table, the key that wraps data keys, queues, the cursors' key. */
export class DataStack extends Stack {
  readonly resources: Resources;

  constructor(scope: Construct, id: string, environment: Environment, props: StackProps) {
    super(scope, id, props);
    this.resources = {
      table: this.addTable(environment),
      key: this.addKey(environment),
      formerKeys: environment.formerKeys,
      queues: this.addQueues(environment),
      cursorKey: this.addCursorKey(),
    };
  }

  /** The table, or the restored copy that functions are to use in its place. */
  private addTable(environment: Environment): ITable {
    const table = new Table(this, 'table', {
      partitionKey: attribute(tableShape.partitionKey),
      sortKey: attribute(tableShape.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: tableShape.timeToLive,
      stream: StreamViewType[tableShape.stream],
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: environment.removal === 'retain',
      removalPolicy: removalPolicyOf(environment),
    });
    for (const { name, partitionKey, sortKey, projection } of tableShape.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: attribute(partitionKey),
        sortKey: attribute(sortKey),
        projectionType: ProjectionType[projection],
      });
    }
    const { restoredTable } = environment;
    if (restoredTable === null) return table as ITable;
    // The other stacks import these until they are deployed after this one.
    for (const value of [table.tableName, table.tableArn, table.tableStreamArn]) this.exportValue(value);
    const { name: tableName, streamArn: tableStreamArn } = restoredTable;
    return Table.fromTableAttributes(this, 'restored-table', { tableName, tableStreamArn });
  }

  private addKey(environment: Environment): Key {
    return new Key(this, 'key', {
      alias: `mos-integrations-${environment.name}`,
      description: 'Wraps the data keys that seal the credentials of organisations',
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(environment),
    });
  }

  private addQueues(environment: Environment): Resources['queues'] {
    return new Map(
      jobs.map((job) => {
        const { name } = jobFunction(job);
        const names = {
          name: deployedName(environment, name),
          deadName: deployedName(environment, deadMessages(job)),
        };
        return [job.id, addQueue(this, job.id, { ...names, hidden: hiddenFor(job) })];
      }),
    );
  }

  private addCursorKey(): Secret {
    const secret = new Secret(this, 'cursor-key', {
      description: 'Seals page cursors',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Functions get it when they are deployed, and it protects no more than the place in a list.',
    });
    return secret;
  }
}
