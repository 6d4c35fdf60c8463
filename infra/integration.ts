import { Aws, Validations } from 'aws-cdk-lib';
import {
  HttpIntegrationType,
  HttpRouteIntegration,
  type HttpRouteIntegrationConfig,
  IntegrationCredentials,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from './environments.ts';
import { policyOf } from './grants.ts';
import { deployedName } from './inventory.ts';

/** Under one role the gateway may call every function of the API; a permission on each would be a fifth resource. */
export const invokingRole = (scope: Construct, environment: Environment): IRole => {
  const functions = `lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${deployedName(environment, 'http-*')}`;
  const role = new Role(scope, 'gateway-role', {
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    inlinePolicies: {
      invoke: policyOf([
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [`arn:${Aws.PARTITION}:${functions}`],
        }),
      ]),
    },
  });
  const finding = functions.replace(Aws.REGION, '<AWS::Region>').replace(Aws.ACCOUNT_ID, '<AWS::AccountId>');
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${finding}]`,
    reason: 'The functions behind the routes are exactly those whose names begin so.',
  });
  return role.withoutPolicyUpdates();
};

class ThroughRole extends HttpRouteIntegration {
  readonly #config: HttpRouteIntegrationConfig;

  constructor(target: IFunction, role: IRole) {
    super('integration');
    this.#config = {
      type: HttpIntegrationType.AWS_PROXY,
      uri: target.functionArn,
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      credentials: IntegrationCredentials.fromRole(role),
    };
  }

  override bind(): HttpRouteIntegrationConfig {
    return this.#config;
  }
}

export const throughRole = (target: IFunction, role: IRole): HttpRouteIntegration =>
  new ThroughRole(target, role);
