import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync('test/security/README.md', 'utf8');
const namedIn = (line: string): string[] =>
  [...line.matchAll(/`((?:[a-z-]+\/)+[\w.-]+\.ts)`/g)].map(([, path = '']) => path);
const named = namedIn(text);

/** The rows of the tables, without their heads. */
const rows = text
  .split('\n')
  .filter((line) => /^\| [A-L]\d/.test(line))
  .map((line) => {
    const [, what = '', shownBy = ''] = line.split('|').map((cell) => cell.trim());
    return { what, shownBy };
  });

describe('the list of what must hold', () => {
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(80);
    expect(rows.length).toBeGreaterThan(80);
    expect(text.match(/^\|/gm)).toHaveLength(rows.length + 2 * (text.match(/^\| line/gm)?.length ?? 0));
  });

  it.each([...new Set(named)])('names %s, which exists', (path) => {
    expect(existsSync(`test/${path}`) || existsSync(path)).toBe(true);
  });

  it.each(rows)('$what: names a test that exists, or says why there is none', ({ shownBy }) => {
    const tests = namedIn(shownBy).filter((path) => path.endsWith('.test.ts') && existsSync(`test/${path}`));

    if (tests.length === 0) expect(shownBy).toMatch(/^no test: \S.{20,}/);
    else expect(shownBy).not.toMatch(/^no test:/);
  });
});
