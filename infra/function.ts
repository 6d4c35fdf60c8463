import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type FunctionProps,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Bundle } from './bundle.ts';
import type { Environment } from './environments.ts';
import { policyOf, type Resources, statementsOf, variablesWithValues } from './grants.ts';
import { deployedName, type FunctionSpec } from './inventory.ts';
import { removalPolicyOf } from './removal.ts';

/** What all functions of one stack are made with. */
export type Shared = {
  environment: Environment;
  bundle: Bundle;
  resources: Resources;
  /** The variable SETTINGS. */
  settings: string;
  logs: ILogGroup;
};

/** One log group a stack: a group for each function would be a fifth resource of each. */
export const addLogGroup = (scope: Construct, id: string, name: string, environment: Environment): LogGroup =>
  new LogGroup(scope, id, {
    logGroupName: name,
    retention: environment.logRetentionDays,
    removalPolicy: removalPolicyOf(environment),
  });

/** A function and its role, which may do what the grants say, write its log, and what `statements` adds. */
export const addFunction = (
  scope: Construct,
  spec: FunctionSpec,
  { environment, bundle, resources, settings, logs }: Shared,
  statements: PolicyStatement[] = [],
  props: Partial<FunctionProps> = {},
): LambdaFunction => {
  const writeLog = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logs.logGroupArn],
  });
  const role = new Role(scope, `${spec.name}-role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      grants: policyOf([writeLog, ...statementsOf(spec.grants, resources), ...statements]),
    },
  });
  const reserved = environment.reservedConcurrency?.[spec.name];
  return new LambdaFunction(scope, spec.name, {
    functionName: deployedName(environment, spec.name),
    description: spec.summary,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.seconds(spec.timeout),
    tracing: Tracing.DISABLED,
    code: Code.fromAsset(bundle.folderOf(spec)),
    handler: 'index.handler',
    environment: { SETTINGS: settings, ...variablesWithValues(spec.grants, resources) },
    // The role is complete: what constructs would add to it must stand in the contract or at the call.
    role: role.withoutPolicyUpdates(),
    logGroup: logs,
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    ...props,
  });
};
