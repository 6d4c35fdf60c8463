import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundle, hot } from '../../infra/bundle.ts';
import { sdkAliases, sdkForLambda } from '../../infra/bundle-plugins.ts';
import { functions } from '../../infra/inventory.ts';
import { buildNaive, eagerBytes, goals, naiveBytes, shareOf, startOf } from './bundles.ts';
import { type Finding, median } from './goals.ts';

/** How large functions are and how long they take to be ready: P3 to P6. */

const root = join(import.meta.dirname, '../..');
const rounds = 15;

const largest = <T>(
  items: readonly T[],
  figure: (item: T) => number,
): { item: T | undefined; most: number } => {
  const most = Math.max(...items.map(figure));
  return { item: items.find((item) => figure(item) === most), most };
};

/** The document client alone, built as ours is: what no function that asks the table is below. */
export const buildAlone = (outfile: string) =>
  build({
    entryPoints: [join(import.meta.dirname, 'alone.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: sdkAliases,
    plugins: [sdkForLambda],
    logLevel: 'error',
  });

const spawned = promisify(execFile);
/** Milliseconds from the start of a process to its end, which comes as soon as the module is loaded. */
const startMs = async (file: string): Promise<number> => {
  const begun = performance.now();
  await spawned(process.execPath, [file], { env: { AWS_REGION: 'eu-central-1', SETTINGS: '{}' } });
  return performance.now() - begun;
};

/** Medians over rounds in which each file starts once, so that what slows the machine slows all. */
const medianStarts = async (files: Readonly<Record<string, string>>): Promise<Record<string, number>> => {
  const times = new Map(Object.keys(files).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, file] of Object.entries(files)) {
      const time = await startMs(file);
      if (round > 0) times.get(name)?.push(time);
    }
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
};

export const startFindings = async (): Promise<Finding[]> => {
  const target = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const built = await bundle(root, functions, join(target, 'functions'));
    const naive = await naiveBytes();
    const share = (spec: (typeof functions)[number]): number => eagerBytes(built, spec) / naive;
    const hotOnes = functions.filter(({ name }) => hot.includes(name));
    const [hottest, heaviest] = [largest(hotOnes, share), largest(functions, share)];
    const sdks = /node_modules\/(jira\.js|@octokit|googleapis|google-auth-library|@azure)\/|^own-zod:/;
    const providerBytes = functions.map((spec) => {
      const { outputs } = built.metafileOf(spec);
      return built
        .outputsOf(spec, 'eager')
        .flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}))
        .reduce((sum, [input, { bytesInOutput }]) => sum + (sdks.test(input) ? bytesInOutput : 0), 0);
    });
    const starts = await Promise.all(hotOnes.map((spec) => startOf(built, spec)));

    mkdirSync(join(target, 'others'));
    const file = (name: string): string => join(target, 'others', name);
    writeFileSync(file('bare.mjs'), '');
    await buildNaive(file('naive.cjs'));
    await buildAlone(file('alone.mjs'));
    const entry = ({ name }: { name: string }): string => join(target, 'functions', name, 'index.mjs');
    const ready = await medianStarts({
      bare: file('bare.mjs'),
      naive: file('naive.cjs'),
      alone: file('alone.mjs'),
      ...Object.fromEntries(hotOnes.map((spec) => [spec.name, entry(spec)])),
      heaviest: entry(heaviest.item ?? { name: '' }),
    });
    const overBare = (name: string): number => (ready[name] ?? 0) / (ready['bare'] ?? 1);
    const slowest = largest(hotOnes, ({ name }) => overBare(name));

    return [
      {
        goal: 'P3',
        what: `eager bytes over a naive build, the largest hot function (${hottest.item?.name})`,
        ...{ figure: hottest.most, atMost: goals.hot, timed: false },
      },
      {
        goal: 'P3',
        what: `eager bytes over a naive build, the largest function (${heaviest.item?.name})`,
        ...{ figure: heaviest.most, atMost: goals.any, timed: false },
        details: Object.fromEntries(functions.map((spec) => [spec.name, [share(spec), shareOf(spec)]])),
      },
      {
        goal: 'P4',
        what: `start over bare Node, the slowest hot function (${slowest.item?.name})`,
        ...{ figure: slowest.most, atMost: 2.5, timed: true },
        details: ready,
      },
      {
        goal: 'P4',
        what: `start over bare Node, the largest function (${heaviest.item?.name})`,
        ...{ figure: overBare('heaviest'), atMost: 2.8, timed: true },
      },
      { goal: 'P4', what: 'the same of a naive build', figure: overBare('naive'), atMost: null, timed: true },
      {
        goal: 'P4',
        what: 'the same of the document client alone',
        figure: overBare('alone'),
        atMost: null,
        timed: true,
      },
      {
        goal: 'P5',
        what: 'built-in modules a hot function loads at its start',
        ...{
          figure: Math.max(...starts.map(({ builtins }) => builtins)),
          atMost: goals.builtins,
          timed: false,
        },
      },
      {
        goal: 'P5',
        what: 'of which undici',
        ...{ figure: Math.max(...starts.map(({ undici }) => undici.length)), atMost: 0, timed: false },
      },
      {
        goal: 'P6',
        what: 'bytes of provider SDKs in the eager part of any function',
        ...{ figure: Math.max(...providerBytes), atMost: 0, timed: false },
      },
    ];
  } finally {
    rmSync(target, { recursive: true });
  }
};
