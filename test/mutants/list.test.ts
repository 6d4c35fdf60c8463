import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutants } from './list.ts';

/** That the list is up to date; `npm run proof:mutants` breaks each line and sees its tests fail. */
describe.each(mutants)('$name', ({ file, find, put, tests }) => {
  it('stands once in the code', () => {
    expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2);
    expect(put).not.toBe(find);
  });

  it('has tests that are to notice', () => {
    expect(tests.filter((path) => existsSync(path))).not.toEqual([]);
  });
});
