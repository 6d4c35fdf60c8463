import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  type CfnStage,
  type HttpApi,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Operation } from '../lib/contract/define.ts';
import type { Environment } from './environments.ts';
import { addLogGroup } from './function.ts';
import { deployedName, reachesProvider } from './inventory.ts';

/** Never the path, which holds ids of persons and of what they link: the route key stands for it. */
const accessLog = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
  refusal: '$context.error.responseType',
  tokenError: '$context.authorizer.error',
};

/** How fast the gateway lets calls through, and what it writes down of them. */
export const addStage = (
  scope: Construct,
  environment: Environment,
  httpApi: HttpApi,
  routes: Map<Operation, HttpRoute[]>,
): void => {
  const { standard, providers } = environment.throttles;
  // The prefix spares the account's policy for log deliveries, which is short, an entry.
  const logName = `/aws/vendedlogs/${deployedName(environment, 'access')}`;
  const stage = new HttpStage(scope, 'stage', {
    httpApi,
    autoDeploy: true,
    throttle: { rateLimit: standard.rate, burstLimit: standard.burst },
    accessLogSettings: {
      destination: new LogGroupLogDestination(addLogGroup(scope, 'access-log', logName, environment)),
      format: AccessLogFormat.custom(JSON.stringify(accessLog)),
    },
  });
  const cfnStage = stage.node.defaultChild as CfnStage;
  const slower = { ThrottlingRateLimit: providers.rate, ThrottlingBurstLimit: providers.burst };
  const throttled = [...routes].flatMap(([operation, list]) => (reachesProvider(operation) ? list : []));
  cfnStage.routeSettings = Object.fromEntries(
    throttled.map((route) => {
      const cfnRoute = route.node.defaultChild as CfnRoute;
      // The stage refuses to speak of a route that is not there yet.
      cfnStage.addResourceDependency(cfnRoute);
      return [cfnRoute.routeKey, slower];
    }),
  );
};
