import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Bundle } from '../../infra/bundle.ts';
import { hot } from '../../infra/bundle.ts';
import { environments } from '../../infra/environments.ts';
import type { FunctionSpec } from '../../infra/inventory.ts';
import { settingsOf } from '../../infra/settings.ts';
import { variablesOf } from '../../lib/contract/grants.ts';
import { readTable } from './table.ts';

/** How large functions are at their start, and what they load of Node. */

/** Of each function: KiB that are parsed before it is ready, in steps of four, and built-in modules loaded then. */
export type Budget = { eagerKiB: number; builtins: number };
export const budgets = readTable<keyof Budget>('bundles');

/** At most this share of a naive build, and so many built-in modules. */
export const goals = { hot: 0.23, any: 0.27, builtins: 150 };
export const shareOf = ({ name }: FunctionSpec): number => (hot.includes(name) ? goals.hot : goals.any);

/** The bundle everybody makes first: one CommonJS file, minified. */
export const buildNaive = (outfile?: string) =>
  build({
    entryPoints: [join(import.meta.dirname, 'naive.ts')],
    ...(outfile ? { outfile } : { write: false }),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    metafile: true,
    logLevel: 'error',
  });

const bytesOf = (outputs: Record<string, { bytes: number }>, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0);

export const naiveBytes = async (): Promise<number> => {
  const { metafile } = await buildNaive();
  return bytesOf(metafile?.outputs ?? {}, Object.keys(metafile?.outputs ?? {}));
};

export const eagerBytes = (built: Bundle, spec: FunctionSpec): number =>
  bytesOf(built.metafileOf(spec).outputs, built.outputsOf(spec, 'eager'));

const step = 4;
/** What is written into the table: as much as there is, up to the next step. */
export const eagerKiB = (built: Bundle, spec: FunctionSpec): number =>
  Math.ceil(eagerBytes(built, spec) / 1024 / step) * step;

/** Runs a script in the folder of a function, with what Lambda would give it and nothing of this machine. */
export const runIn = async (
  built: Bundle,
  spec: FunctionSpec,
  script: string,
  more: Record<string, string> = {},
): Promise<string> => {
  const variables = variablesOf(spec.grants).map((name) => [name, `the-${name}`]);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: built.folderOf(spec),
    env: {
      AWS_LAMBDA_FUNCTION_NAME: spec.name,
      AWS_REGION: 'eu-central-1',
      SETTINGS: settingsOf(environments.dev, 'https://abc.execute-api.eu-central-1.amazonaws.com'),
      ...Object.fromEntries(variables),
      ...more,
    },
  });
  return stdout;
};

type Start = { handler: string; builtins: number; undici: string[] };

/** Loads a function as Lambda would, tells what that loaded of Node, then loads all that it may load later. */
export const startOf = async (built: Bundle, spec: FunctionSpec): Promise<Start> => {
  const script = `
    import { readdirSync } from 'node:fs';
    const { handler } = await import('./index.mjs');
    const loaded = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
    for (const file of readdirSync('.')) await import('./' + file);
    const undici = loaded.filter((name) => name.includes('undici'));
    console.log(JSON.stringify({ handler: typeof handler, builtins: loaded.length, undici }));`;
  return JSON.parse(await runIn(built, spec, script)) as Start;
};
