import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/cloud.ts';

/** That imports point one way is the linter's to hold: here it is given files that break the rule. */

const base = ['contract', 'model', 'errors', 'config'];
const below = [...base, 'log', 'outbound', 'store', 'jobs', 'credentials', 'connectors'];
const domain = [
  'integrations',
  'links',
  'activity',
  'events',
  'policy',
  'calendar',
  'environment',
  'erasure',
  'failures',
  'inbound',
  'insight',
  'migration',
  'oauth',
  'plans',
  'rotation',
  'sync',
  'tokens',
];

/** What each folder of lib may import of the others. */
const layers: Record<string, readonly string[]> = {
  contract: [],
  model: ['contract'],
  errors: ['contract'],
  config: ['contract', 'errors'],
  log: base,
  outbound: [...base, 'log'],
  store: [...base, 'log'],
  jobs: [...base, 'log', 'store'],
  credentials: [...base, 'log', 'store'],
  connectors: [...base, 'log', 'outbound'],
  client: ['contract'],
  ...Object.fromEntries(domain.map((name) => [name, [...below, ...domain]])),
  http: [...below, ...domain],
};
const functionsMayImport = [
  'contract',
  'http',
  'jobs',
  'store',
  'model',
  'errors',
  'config',
  'log',
  ...domain,
];
const infraMayImport = ['contract', 'client'];
const connecting = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises'];

const folders = readdirSync('lib');
const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The imports of one file, one a line, and which of them the linter has to refuse. */
type Sample = { file: string; imports: readonly { text: string; allowed: boolean }[] };

const ways: readonly ((path: string) => string)[] = [
  (path) => `import { a } from '${path}'; a();`,
  (path) => `import type { B } from '${path}'; export type C = B;`,
  (path) => `export * from '${path}';`,
  (path) => `await import('${path}');`,
  (path) => `import '${path}';`,
];

const importing = (from: string, targets: readonly [string, boolean][]): Sample['imports'] =>
  targets.flatMap(([target, allowed]) =>
    ways.map((way) => ({ text: way(`${from}${target}/x.ts`), allowed })),
  );

const connections = (mayImport: boolean, mayFetch: boolean): Sample['imports'] => [
  ...[...connecting.map((name) => `node:${name}`), 'undici'].map((name) => ({
    text: `import '${name}';`,
    allowed: mayImport,
  })),
  // The same modules under their old names would pass by.
  ...connecting.map((name) => ({ text: `import '${name}';`, allowed: false })),
  { text: "fetch('https://example.com');", allowed: mayFetch },
];

const samples: readonly Sample[] = [
  ...folders.map((folder) => ({
    file: `lib/${folder}/sample.ts`,
    imports: [
      ...importing(
        '../',
        folders
          .filter((one) => one !== folder)
          .map((one) => [one, (layers[folder] ?? []).includes(one)] as const) as [string, boolean][],
      ),
      ...importing('../../', [
        ['functions/http', false],
        ['infra/local', false],
      ]),
      ...connections(folder === 'outbound', folder === 'outbound' || folder === 'client'),
      { text: `import { z } from 'zod';`, allowed: false },
      { text: `import * as z from 'zod/mini';`, allowed: true },
    ],
  })),
  {
    file: 'functions/http/sample/sample.ts',
    imports: [
      ...importing(
        '../../../lib/',
        folders.map((one) => [one, functionsMayImport.includes(one)]),
      ),
      ...importing('../../../', [['infra/local', false]]),
      ...connections(false, false),
    ],
  },
  {
    file: 'infra/local/sample.ts',
    imports: [
      ...importing(
        '../../lib/',
        folders.map((one) => [one, infraMayImport.includes(one)]),
      ),
      ...importing('../../', [['functions/http', false]]),
    ],
  },
];

type Diagnostic = { location: { path: string; start: { line: number } } };
const refused = new Map<string, Set<number>>();

beforeAll(() => {
  cpSync('biome.json', join(directory, 'biome.json'));
  for (const { file, imports } of samples) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), imports.map(({ text }) => text).join('\n'));
  }
  const biome = join(process.cwd(), 'node_modules/.bin/biome');
  const rules = ['noRestrictedImports', 'noRestrictedGlobals', 'useNodejsImportProtocol'];
  const options = [
    ...rules.map((rule) => `--only=style/${rule}`),
    '--max-diagnostics=none',
    '--reporter=json',
  ];
  let printed = '';
  try {
    printed = execFileSync(biome, ['lint', ...options, '.'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    printed = (error as { stdout: string }).stdout;
  }
  for (const { location } of (JSON.parse(printed) as { diagnostics: Diagnostic[] }).diagnostics)
    refused.set(location.path, (refused.get(location.path) ?? new Set()).add(location.start.line));
});

describe('the linter', () => {
  it('knows every folder of lib', () => {
    expect(folders.toSorted()).toEqual(Object.keys(layers).toSorted());
  });

  it.each(samples)('lets $file import what it may, and nothing else', ({ file, imports }) => {
    const lines = refused.get(file) ?? new Set();

    const found = imports.filter((_, index) => lines.has(index + 1)).map(({ text }) => text);
    expect(found).toEqual(imports.filter(({ allowed }) => !allowed).map(({ text }) => text));
  });
});
