import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildResult, build, type Metafile } from 'esbuild';
import { leanContract, ownZodForJira, sdkAliases, sdkForLambda } from './bundle-plugins.ts';
import type { FunctionSpec } from './inventory.ts';

export type Bundle = {
  /** The folder that is a function's asset: its entry as `index.mjs` and every chunk it may load. */
  folderOf: (spec: FunctionSpec) => string;
  /** What went where, for budgets of size. */
  metafileOf: (spec: FunctionSpec) => Metafile;
  /** What a function loads at its start, or ever, as the metafile names it. */
  outputsOf: (spec: FunctionSpec, which: 'eager' | 'all') => string[];
};

/**
 * Functions with somebody waiting at nearly every page of the app. Each has a build of its own, and so
 * nothing that another function wants of a module both use.
 */
export const hot: readonly string[] = [
  'http-integrations-list',
  'http-integrations-search',
  'http-integrations-entity',
  'http-integrations-proxy',
  'http-links-list',
];

const buildTogether = (root: string, specs: readonly FunctionSpec[]) =>
  build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(specs.map(({ name, file }) => [name, file])),
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: sdkAliases,
    plugins: [ownZodForJira, sdkForLambda, leanContract],
    metafile: true,
    write: false,
    logLevel: 'error',
  });

/** CommonJS packages ask for Node's own modules by `require`, which ES modules lack. */
const withRequire = (text: string): string =>
  text.includes('Dynamic require of') ? `const require=process.getBuiltinModule;${text}` : text;

const closureOf = ({ outputs }: Metafile, entry: string, which: 'eager' | 'all'): string[] => {
  const closure = new Set([entry]);
  for (const path of closure) {
    for (const { path: imported, kind, external } of outputs[path]?.imports ?? []) {
      if (!external && (which === 'all' || kind === 'import-statement')) closure.add(imported);
    }
  }
  return [...closure].sort();
};

/**
 * Builds functions, files named from `root`, into one folder each below `target`. Those with the same grants
 * share a build, as they need the same of the SDKs: a build for each takes far longer, and one for all
 * gives every function what any other uses of a module. Those that are hot share none.
 */
export const bundle = async (
  root: string,
  specs: readonly FunctionSpec[],
  target: string,
): Promise<Bundle> => {
  const built = new Map<string, BuildResult<{ metafile: true; write: false }>>();
  const buildOf = ({ name, grants }: FunctionSpec): string =>
    hot.includes(name) ? name : grants.toSorted().join();
  for (const alike of Map.groupBy(specs, buildOf).values()) {
    const result = await buildTogether(root, alike);
    for (const { name } of alike) built.set(name, result);
  }
  const resultOf = ({ name }: FunctionSpec) => {
    const result = built.get(name);
    if (!result) throw new Error(`${name} was not bundled.`);
    return result;
  };

  const folderOf: Bundle['folderOf'] = ({ name }) => join(target, name);
  const metafileOf: Bundle['metafileOf'] = (spec) => resultOf(spec).metafile;
  const outputsOf: Bundle['outputsOf'] = (spec, which) =>
    closureOf(metafileOf(spec), `out/${spec.name}.mjs`, which);

  for (const spec of specs) {
    const texts = new Map(resultOf(spec).outputFiles.map((file) => [basename(file.path), file]));
    mkdirSync(folderOf(spec), { recursive: true });
    for (const name of outputsOf(spec, 'all').map((path) => basename(path))) {
      const text = withRequire(texts.get(name)?.text ?? '');
      writeFileSync(join(folderOf(spec), name === `${spec.name}.mjs` ? 'index.mjs' : name), text);
    }
  }
  return { folderOf, metafileOf, outputsOf };
};
