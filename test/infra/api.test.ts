import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import type { Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { synth } from './synth.ts';

const all: readonly Operation[] = operations;
const { resources, text } = synth(environments.dev);

type Route = { RouteKey: string; AuthorizationType: string; AuthorizerId?: unknown; Target: unknown };
type Stage = {
  StageName: string;
  AutoDeploy: boolean;
  DefaultRouteSettings: object;
  RouteSettings: Record<string, object>;
  AccessLogSettings: { DestinationArn: unknown; Format: string };
};

const routes = resources<Route>('AWS::ApiGatewayV2::Route');
const [stage] = resources<Stage>('AWS::ApiGatewayV2::Stage');
const routeKeys = ({ methods, path }: Operation): string[] =>
  methods.map((method) => `${method} /api/v1${path}`);

describe('routes', () => {
  it('are those of the operations, each exactly once', () => {
    const expected = all.flatMap(routeKeys).sort();

    expect(routes.map(({ properties }) => properties.RouteKey).sort()).toEqual(expected);
  });

  it('lead to the function of their operation, through the role of the gateway', () => {
    const integrations = new Map(
      resources<{ IntegrationUri: unknown; CredentialsArn: unknown }>('AWS::ApiGatewayV2::Integration').map(
        ({ id, properties }) => [`integrations/<${id}>`, properties],
      ),
    );
    const functions = new Map(
      resources<{ FunctionName: string }>('AWS::Lambda::Function').map(({ id, properties }) => [
        `<${id}.Arn>`,
        properties.FunctionName,
      ]),
    );

    for (const operation of all) {
      for (const key of routeKeys(operation)) {
        const route = routes.find(({ properties }) => properties.RouteKey === key);
        const integration = integrations.get(text(route?.properties.Target));
        const called = functions.get(text(integration?.IntegrationUri));
        expect(called).toBe(`mos-integrations-dev-http-${operation.id.replaceAll('.', '-')}`);
        expect(text(integration?.CredentialsArn)).toBe('<gatewayrole.Arn>');
      }
    }
  });

  it('have no authorizer only where listed here', () => {
    const open = routes
      .filter(
        ({ properties }) => properties.AuthorizationType !== 'JWT' || properties.AuthorizerId === undefined,
      )
      .map(({ properties }) => properties.RouteKey);

    expect(open.sort()).toEqual([
      'GET /api/v1/health',
      'GET /api/v1/oauth/callback/{provider}',
      'GET /api/v1/openapi.json',
      'POST /api/v1/inbound/clerk/{token}',
    ]);
  });

  it('have no authorizer only where the contract says public or signature', () => {
    const declared = all.filter(({ access }) => access.by !== 'session').flatMap(routeKeys);
    const open = routes.filter(({ properties }) => properties.AuthorizationType === 'NONE');

    expect(open.map(({ properties }) => properties.RouteKey).sort()).toEqual(declared.sort());
    expect(all.every(({ access }) => ['session', 'public', 'signature'].includes(access.by))).toBe(true);
  });

  it('take no method but those of the contract', () => {
    expect(routes.filter(({ properties }) => /^(ANY|OPTIONS|\$default)/.test(properties.RouteKey))).toEqual(
      [],
    );
  });
});

describe('authorizer', () => {
  it("checks issuer and audience of the environment's tokens", () => {
    const [authorizer, ...others] = resources<object>('AWS::ApiGatewayV2::Authorizer');

    expect(others).toEqual([]);
    expect(authorizer?.properties).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: ['manageros-integrations-dev'],
        Issuer: 'https://clerk.invalid',
      },
    });
  });
});

describe('the gateway', () => {
  it("answers pages of the environment's origins, and no others", () => {
    const [api] = resources<{ CorsConfiguration: object; ProtocolType: string }>('AWS::ApiGatewayV2::Api');

    expect(api?.properties.ProtocolType).toBe('HTTP');
    expect(api?.properties.CorsConfiguration).toEqual({
      AllowOrigins: ['http://localhost:3000'],
      AllowMethods: expect.toSatisfy((given: string[]) => !given.includes('*')),
      AllowHeaders: [
        'authorization',
        'content-type',
        'idempotency-key',
        'if-none-match',
        'x-manageros-assertion',
      ],
      ExposeHeaders: ['etag', 'retry-after', 'x-request-id', 'x-answered-by', 'link'],
      MaxAge: 7200,
    });
  });

  it('allows pages every method the operations have', () => {
    const [api] = resources<{ CorsConfiguration: { AllowMethods: string[] } }>('AWS::ApiGatewayV2::Api');
    const methods = new Set(all.flatMap((operation) => operation.methods));

    expect(new Set(api?.properties.CorsConfiguration.AllowMethods)).toEqual(methods);
  });

  it('throttles, and more so where a call reaches a provider', () => {
    const { standard, providers } = environments.dev.throttles;
    const slower = Object.entries(stage?.properties.RouteSettings ?? {});

    expect(stage?.properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: standard.rate,
      ThrottlingBurstLimit: standard.burst,
    });
    expect(providers.rate).toBeLessThan(standard.rate);
    for (const [, settings] of slower)
      expect(settings).toEqual({
        ThrottlingRateLimit: providers.rate,
        ThrottlingBurstLimit: providers.burst,
      });
    expect(slower.map(([key]) => key)).toEqual(
      expect.arrayContaining([
        'POST /api/v1/integrations/connect',
        'POST /api/v1/integrations/test',
        'POST /api/v1/integrations/{id}/search',
        'DELETE /api/v1/integrations/{id}/proxy/{path+}',
        'POST /api/v1/links',
        'GET /api/v1/persons/{personId}/activity',
      ]),
    );
    expect(slower.map(([key]) => key)).not.toContain('GET /api/v1/integrations/connected');
  });

  it('knows a route before its stage speaks of it', () => {
    const keyOf = new Map(routes.map(({ id, properties }) => [id, properties.RouteKey]));
    const first = stage?.dependsOn.map((id) => keyOf.get(id));

    expect(new Set(first)).toEqual(new Set(Object.keys(stage?.properties.RouteSettings ?? {})));
  });

  it('logs the route and never the path, the query, the caller or the address', () => {
    const format = stage?.properties.AccessLogSettings.Format ?? '';
    const fields = Object.values(JSON.parse(format) as Record<string, string>);

    expect(stage?.properties).toMatchObject({ StageName: '$default', AutoDeploy: true });
    expect(text(stage?.properties.AccessLogSettings.DestinationArn)).toBe('<accesslog.Arn>');
    expect(fields).toContain('$context.routeKey');
    expect(format).not.toMatch(
      /\$context\.(path|http|identity|authorizer\.(claims|principal)|awsEndpoint|domain)/i,
    );
    expect(fields.every((field) => /^\$context\.[a-zA-Z.]+$/.test(field))).toBe(true);
  });
});
