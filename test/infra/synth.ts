import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import type { Bundle } from '../../infra/bundle.ts';
import { type Environment, environments } from '../../infra/environments.ts';
import { addStacks } from '../../infra/stacks.ts';

/** Templates say nothing about the code in the functions, so it need not be built to look at them. */
const stubFolder = join(import.meta.dirname, '../../.test/stub-function');
mkdirSync(stubFolder, { recursive: true });
writeFileSync(join(stubFolder, 'index.mjs'), '');
export const stubBundle: Bundle = {
  folderOf: () => stubFolder,
  metafileOf: () => ({ inputs: {}, outputs: {} }),
  outputsOf: () => [],
};

/** Production as its operator would fill it in. */
export const filledProd: Environment = {
  ...environments.prod,
  jwt: { issuer: 'https://clerk.manageros.test', audience: 'manageros-integrations' },
  allowedOrigins: ['https://app.manageros.test'],
  returnPages: { default: 'https://app.manageros.test/settings/integrations' },
  alarmEmail: 'oncall@manageros.test',
};

/** What CDK writes, until the tests of this file are over. */
const outputs = mkdtempSync(join(tmpdir(), 'cdk-'));
afterAll(() => rmSync(outputs, { recursive: true }));

export const newApp = (): App =>
  new App({
    analyticsReporting: false,
    outdir: mkdtempSync(join(outputs, 'app-')),
    context: { 'aws:cdk:disable-asset-staging': true },
  });

type Part = 'data' | 'api' | 'jobs' | 'observability';

export type Resource<P> = {
  id: string;
  type: string;
  properties: P;
  deletion: string | undefined;
  dependsOn: string[];
};

type Raw = { Type: string; Properties?: unknown; DeletionPolicy?: string; DependsOn?: string[] };
type Json = {
  Resources: Record<string, Raw>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
};

export type Synth = {
  environment: Environment;
  /** Resources of a stack, or of all, by type, or of every type. */
  resources: <P>(type?: string, part?: Part) => Resource<P>[];
  /** What an intrinsic comes to: `<table.Arn>/index/due`, in whatever stack the table is. */
  text: (value: unknown) => string;
  /** The names under which the stacks give values to one another. */
  exports: string[];
  /** All templates as text. */
  whole: string;
};

export const synth = (environment: Environment): Synth => {
  const stacks = addStacks(newApp(), environment, stubBundle);
  const templates = new Map<Part, Json>(
    (['data', 'api', 'jobs', 'observability'] as const).map((part) => [
      part,
      Template.fromStack(stacks[part]).toJSON() as Json,
    ]),
  );
  const exported = new Map(
    [...templates.values()].flatMap(({ Outputs = {} }) =>
      Object.values(Outputs).map(({ Value, Export }) => [Export?.Name, Value] as const),
    ),
  );

  // CDK ends logical ids with a hash; without it they can be read, and must still differ.
  const plain = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');
  const text = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return String(value);
    const [entry] = Object.entries(value);
    if (!entry) return '{}';
    const [kind, given] = entry as [string, never];
    if (kind === 'Ref') return `<${plain(given)}>`;
    if (kind === 'Fn::GetAtt') return `<${plain(given[0])}.${String(given[1])}>`;
    if (kind === 'Fn::Join') return (given[1] as unknown[]).map(text).join(given[0]);
    if (kind === 'Fn::ImportValue') return text(exported.get(given));
    throw new Error(`${kind} is not read by this test.`);
  };

  for (const { Resources } of templates.values()) {
    const ids = Object.keys(Resources);
    if (new Set(ids.map(plain)).size < ids.length) throw new Error('Two resources have the same name.');
  }

  return {
    environment,
    text,
    exports: [...exported.keys()].filter((name) => name !== undefined).toSorted(),
    whole: JSON.stringify([...templates.values()]),
    resources: <P>(type?: string, part?: Part) =>
      [...templates].flatMap(([name, { Resources }]) =>
        Object.entries(Resources)
          .filter(([, { Type }]) => (part ?? name) === name && (type ?? Type) === Type)
          .map(
            ([id, raw]): Resource<P> => ({
              id: plain(id),
              type: raw.Type,
              properties: (raw.Properties ?? {}) as P,
              deletion: raw.DeletionPolicy,
              dependsOn: (raw.DependsOn ?? []).map(plain),
            }),
          ),
      ),
  };
};
