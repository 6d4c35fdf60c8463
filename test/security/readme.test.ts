import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync('test/security/README.md', 'utf8');
const named = [...text.matchAll(/`((?:[a-z-]+\/)+[\w.-]+\.ts)`/g)].map(([, path = '']) => path);

describe('the list of what must hold', () => {
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(80);
  });

  it.each([...new Set(named)])('names %s, which exists', (path) => {
    expect(existsSync(`test/${path}`) || existsSync(path)).toBe(true);
  });
});
