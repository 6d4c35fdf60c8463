import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { environments } from '../../infra/environments.ts';
import { backgroundFunctions, functions, httpFunctions } from '../../infra/inventory.ts';
import { commands } from '../../lib/contract/commands.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import { Settings } from '../../lib/contract/settings.ts';
import { streams } from '../../lib/contract/streams.ts';
import { type Resource, synth } from './synth.ts';

const { resources, text, whole } = synth(environments.dev);

type LambdaFunction = {
  FunctionName: string;
  Environment: { Variables: Record<string, unknown> };
  LoggingConfig: { LogGroup: unknown };
};

const deployed = resources<LambdaFunction>('AWS::Lambda::Function');
const functionNamed = (name: string): Resource<LambdaFunction> => {
  const found = deployed.find(({ properties }) => properties.FunctionName === `mos-integrations-dev-${name}`);
  if (!found) throw new Error(`${name} is not deployed.`);
  return found;
};
describe('every function', () => {
  it('is one of the contract, and the other way round', () => {
    const expected = [
      ...operations.map(({ id }) => `http-${id.replaceAll('.', '-')}`),
      ...jobs.map(({ id }) => `jobs-${id}`),
      ...schedules.map(({ id }) => `schedules-${id}`),
      ...streams.map(({ id }) => `streams-${id}`),
      ...commands.map(({ id }) => `commands-${id}`),
    ].map((name) => `mos-integrations-dev-${name}`);

    expect(deployed.map(({ properties }) => properties.FunctionName).sort()).toEqual(expected.sort());
  });

  it.each(functions)('$name gets settings that fit the schema', ({ name }) => {
    const settings = text(functionNamed(name).properties.Environment.Variables['SETTINGS']);
    const parsed = z.parse(
      Settings,
      JSON.parse(settings.replace('<api.ApiEndpoint>', 'https://abc.execute-api.eu-central-1.amazonaws.com')),
    );

    expect(parsed.environment).toBe('dev');
    expect(parsed.publicUrl).toBe('https://abc.execute-api.eu-central-1.amazonaws.com');
    expect(parsed.limits).toEqual({ perUser: 120, perOrganization: 600, perIntegration: 300 });
  });

  it.each(functions)('$name runs as the design says', ({ name, summary, timeout }) => {
    const { properties } = functionNamed(name);

    expect(properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      MemorySize: 512,
      Handler: 'index.handler',
      Description: summary,
      Timeout: timeout,
    });
    expect(text(properties.LoggingConfig.LogGroup)).toBe('<logs>');
    expect(properties).not.toHaveProperty('VpcConfig');
    expect(properties).not.toHaveProperty('TracingConfig');
    expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('ends before the gateway gives up', () => {
    for (const { timeout } of httpFunctions) expect(timeout).toBe(29);
    for (const { timeout } of backgroundFunctions) expect(timeout).toBeLessThanOrEqual(900);
  });
});

describe('no template', () => {
  it('knows the switches of the local cloud', () => {
    expect(whole).not.toContain('STANDIN_ORIGINS');
    expect(whole).not.toContain('CLOCK_OFFSET_MS');
    expect(whole).not.toContain('AWS_ENDPOINT_URL');
  });

  it('puts anything into a network of ours', () => {
    expect(whole).not.toMatch(/VpcConfig|AWS::EC2::/);
  });
});

describe('four resources a function', () => {
  it('leave room for ninety operations in a stack', () => {
    const inApi = resources(undefined, 'api').length;
    const routes = operations.flatMap(({ methods }) => methods).length;
    const besides = inApi - 3 * operations.length - routes;

    expect(besides).toBeLessThanOrEqual(8);
    expect(4 * 90 + 20 + besides).toBeLessThan(500);
  });

  it('and every other stack stays small', () => {
    for (const part of ['data', 'jobs', 'observability'] as const)
      expect(resources(undefined, part).length).toBeLessThan(300);
  });
});

describe('reserved concurrency', () => {
  it('is what the environment sets aside, and nothing else', () => {
    const { resources: of } = synth({
      ...environments.dev,
      reservedConcurrency: { 'jobs-purge-integration': 5 },
    });
    const reserved = of<{ FunctionName: string; ReservedConcurrentExecutions?: number }>(
      'AWS::Lambda::Function',
    )
      .filter(({ properties }) => properties.ReservedConcurrentExecutions !== undefined)
      .map(({ properties }) => [properties.FunctionName, properties.ReservedConcurrentExecutions]);

    expect(reserved).toEqual([['mos-integrations-dev-jobs-purge-integration', 5]]);
  });
});
