import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What is installed is what was chosen, whole, and may be used. */

type Entry = {
  version?: string;
  integrity?: string;
  license?: string;
  resolved?: string;
  inBundle?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const manifest = read<Record<string, Record<string, string>>>('package.json');
const { packages } = read<{ packages: Record<string, Entry> }>('package-lock.json');
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences that let a closed product use a package. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
]);
const isAllowed = (license: string): boolean =>
  license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.has(one)));

const licenseOf = (path: string, { license }: Entry): string =>
  license ??
  (existsSync(`${path}/package.json`)
    ? (read<{ license?: string }>(`${path}/package.json`).license ?? '')
    : '');

describe('packages', () => {
  it('are named by one exact version each', () => {
    const named = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    );

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are those of the lock file', () => {
    const root = packages[''] as unknown as typeof manifest;

    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      expect(root[kind], kind).toEqual(manifest[kind]);
  });

  it('are checked by their SHA-512 when they are installed', () => {
    const unchecked = installed.filter(
      ([path, { integrity, inBundle }]) => existsSync(path) && !inBundle && !integrity?.startsWith('sha512-'),
    );

    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('name no address to download from, so that each machine asks its own registry', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('are locked for every platform they are built for, or `npm ci` refuses', () => {
    const locked = new Set(installed.map(([path]) => nameOf(path)));
    const missing = installed.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !locked.has(name)),
    );

    expect(missing).toEqual([]);
  });

  it('run nothing when they are installed', () => {
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('may be used', () => {
    const unknown = installed
      .filter(([path]) => existsSync(path))
      .map(([path, entry]) => [nameOf(path), licenseOf(path, entry)] as const)
      .filter(([, license]) => !isAllowed(license));

    expect(unknown).toEqual([]);
  });
});
