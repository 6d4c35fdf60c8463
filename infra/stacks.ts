import { type App, type StackProps, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ApiStack } from './api-stack.ts';
import type { Bundle } from './bundle.ts';
import { DataStack } from './data-stack.ts';
import { type Environment, refusePlaceholders } from './environments.ts';
import { JobsStack } from './jobs-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';

export type Stacks = { data: DataStack; api: ApiStack; jobs: JobsStack; observability: ObservabilityStack };

/** All of one environment. What holds data stands alone, so that the rest can be taken down and put up again. */
export const addStacks = (app: App, environment: Environment, bundle: Bundle): Stacks => {
  refusePlaceholders(environment);
  // What another stack uses cannot be taken away under it.
  app.node.setContext('@aws-cdk/core:defaultCrossStackReferences', 'strong');
  const { name, account, region, removal } = environment;
  const props: StackProps = {
    env: { ...(account !== null && { account }), ...(region !== null && { region }) },
    terminationProtection: removal === 'retain',
  };
  const stackName = (part: string): string => `mos-integrations-${name}-${part}`;

  const data = new DataStack(app, stackName('data'), environment, props);
  const { resources } = data;
  const api = new ApiStack(app, stackName('api'), { environment, resources, bundle }, props);
  const given = { environment, resources, bundle, apiAddress: api.address };
  const jobs = new JobsStack(app, stackName('jobs'), given, props);
  const watched = { environment, apiId: api.api.apiId, tableName: resources.table.tableName };
  const observability = new ObservabilityStack(app, stackName('observability'), watched, props);

  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Tags.of(app).add('service', 'manageros-integrations');
  Tags.of(app).add('environment', name);
  return { data, api, jobs, observability };
};
