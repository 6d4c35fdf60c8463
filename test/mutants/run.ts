import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mutant, mutants } from './list.ts';

/**
 * `npm run proof:mutants [part of a name]`: breaks one line at a time in a copy of the project and runs the
 * tests that must notice. Ends with 1 where some break went unnoticed.
 */

const copied = [
  'lib',
  'functions',
  'infra',
  'test',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'cdk.json',
  'README.md',
  'biome.json',
  '.npmrc',
  'package-lock.json',
];
/** Of one mutant’s tests, and of all of them before anything is broken. */
const patience = 10 * 60_000;
const patienceForAll = 60 * 60_000;

const copy = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'manageros-mutants-'));
  for (const name of copied) cpSync(name, join(directory, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  return directory;
};

/** Whether these tests fail in this copy; unbroken ones say how. */
const fails = (directory: string, tests: readonly string[], unbroken: boolean): boolean => {
  const known = tests.filter((path) => existsSync(join(directory, path)));
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--reporter', 'dot', ...known],
    {
      cwd: directory,
      timeout: unbroken ? patienceForAll : patience,
      stdio: unbroken ? ['ignore', process.stderr, process.stderr] : 'ignore',
    },
  );
  return status !== 0;
};

const notices = (directory: string, { file, find, put, tests }: Mutant): boolean => {
  const path = join(directory, file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    whole.replace(find, () => put),
  );
  try {
    return fails(directory, tests, false);
  } finally {
    writeFileSync(path, whole);
  }
};

const wanted = process.argv[2] ?? '';
const chosen = mutants.filter(({ name }) => name.includes(wanted));
const directory = copy();
let unnoticed = 0;
try {
  const all = [...new Set(chosen.flatMap(({ tests }) => tests))];
  if (fails(directory, all, true)) throw new Error('The tests fail before anything is broken.');
  for (const mutant of chosen) {
    const noticed = notices(directory, mutant);
    if (!noticed) unnoticed += 1;
    process.stdout.write(`${noticed ? 'noticed  ' : 'UNNOTICED'}  ${mutant.name} (${mutant.file})\n`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} noticed\n`);
process.exitCode = unnoticed === 0 ? 0 : 1;
