import { globSync, readFileSync } from 'node:fs';
import { check } from 'recheck';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { allManifests } from '../../lib/connectors/registry.ts';

/** No pattern of ours takes longer than its text deserves: each one is checked for catastrophic backtracking. */

type Pattern = { at: string; source: string; flags: string };

const literalsIn = (file: string): Pattern[] => {
  const found: Pattern[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex) found.push({ at: file, source: regex.pattern, flags: regex.flags });
    Object.values(node).forEach(visit);
  };
  visit(parseSync(file, readFileSync(file, 'utf8')).program);
  return found;
};

// Of what runs deployed: patterns of the build meet only our own paths.
const files = ['lib/**/*.ts', 'functions/**/*.ts'].flatMap((pattern) => globSync(pattern));
const literals = files.flatMap(literalsIn);

/** Patterns that come as text: those of a provider's form. */
const fields = (await allManifests()).flatMap(({ id, auth }) =>
  auth.flatMap((method) =>
    method.fields.flatMap(({ name, pattern }) =>
      pattern === null ? [] : [{ at: `${id} ${name}`, source: `^(?:${pattern})$`, flags: 'u' }],
    ),
  ),
);

const patterns = [
  ...new Map([...literals, ...fields].map((one) => [`${one.source} ${one.flags}`, one])).values(),
];

describe('patterns', () => {
  it('are all found', () => {
    expect(literals.length).toBeGreaterThan(50);
    expect(fields.length).toBeGreaterThan(3);
  });

  it('is told where one is not safe', async () => {
    const { status } = await check('^(?:a+)+$', 'u');

    expect(status).toBe('vulnerable');
  });

  it.each(patterns)('are safe: /$source/$flags ($at)', async ({ source, flags }) => {
    const { status } = await check(source, flags.replace('d', ''), { timeout: 20_000 });

    expect(status).toBe('safe');
  });
});
