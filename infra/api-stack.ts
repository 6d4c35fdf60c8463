import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, type HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Construct } from 'constructs';
import type { Access, Operation } from '../lib/contract/define.ts';
import { answerHeaders, requestHeaders } from '../lib/contract/headers.ts';
import { operations } from '../lib/contract/operations/index.ts';
import type { Bundle } from './bundle.ts';
import type { Environment } from './environments.ts';
import { addFunction, addLogGroup } from './function.ts';
import type { Resources } from './grants.ts';
import { invokingRole, throughRole } from './integration.ts';
import { deployedName, httpFunction, routesOf } from './inventory.ts';
import { settingsOf } from './settings.ts';
import { addStage } from './stage.ts';

/** Why a route has no authorizer of the gateway; all other words of access have one, new ones too. */
const openBecause: Partial<Record<Access['by'], string>> = {
  public: 'The contract makes it public.',
  signature: 'The function verifies the signature of the provider that calls.',
};

type Given = { environment: Environment; resources: Resources; bundle: Bundle };

/** Routes, one function each, and the gateway before them. */
export class ApiStack extends Stack {
  readonly api: HttpApi;
  /** Where the API is, unless the environment gives it a name. */
  readonly address: string;

  constructor(scope: Construct, id: string, given: Given, props: StackProps) {
    super(scope, id, props);
    const { environment } = given;
    this.api = this.addApi(environment);
    this.address = this.api.apiEndpoint;
    const routes = this.addOperations(given);
    addStage(this, environment, this.api, routes);
    new CfnOutput(this, 'address', { value: environment.publicUrl ?? this.address });
  }

  private addApi(environment: Environment): HttpApi {
    return new HttpApi(this, 'api', {
      apiName: `mos-integrations-${environment.name}`,
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...environment.allowedOrigins],
        allowMethods: [...new Set(operations.flatMap(({ methods }: Operation) => methods))].map(
          (method) => CorsHttpMethod[method],
        ),
        allowHeaders: [...requestHeaders],
        exposeHeaders: [...answerHeaders],
        maxAge: Duration.hours(2),
      },
    });
  }

  private addOperations({ environment, resources, bundle }: Given): Map<Operation, HttpRoute[]> {
    const { issuer, audience } = environment.jwt;
    const session = new HttpJwtAuthorizer('session', issuer, { jwtAudience: [audience] });
    const role = invokingRole(this, environment);
    const shared = {
      environment,
      resources,
      bundle,
      settings: settingsOf(environment, this.address),
      logs: addLogGroup(this, 'logs', `/${deployedName(environment, 'api')}`, environment),
    };
    return new Map(
      operations.map((operation: Operation) => {
        const integration = throughRole(addFunction(this, httpFunction(operation), shared), role);
        const open = openBecause[operation.access.by];
        const routes = routesOf(operation).flatMap(({ method, path }) =>
          this.api.addRoutes({
            path,
            methods: [HttpMethod[method]],
            integration,
            ...(open === undefined && { authorizer: session }),
          }),
        );
        if (open !== undefined) {
          for (const route of routes)
            Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: open });
        }
        return [operation, routes];
      }),
    );
  }
}
