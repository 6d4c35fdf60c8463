import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tables of figures in files people read: a row a line, its name first. Names have no two spaces in a row. */

export type Rows<C extends string> = Readonly<Record<string, Readonly<Record<C, number>>>>;

const fileOf = (name: string): string => join(import.meta.dirname, `${name}.txt`);

export const readTable = <C extends string>(name: string): Rows<C> => {
  const [head = '', ...lines] = readFileSync(fileOf(name), 'utf8').trimEnd().split('\n');
  const cells = (line: string): string[] => line.split(/ {2,}/);
  const columns = cells(head).slice(1) as C[];
  return Object.fromEntries(
    lines.map((line) => {
      const [row = '', ...figures] = cells(line);
      const pairs = columns.map((column, index) => [column, Number(figures[index])] as const);
      return [row, Object.fromEntries(pairs) as Record<C, number>];
    }),
  );
};

/** Cells in columns: the first to the left, the others to the right. */
export const inColumns = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : `  ${cell.padStart(widths[column] ?? 0)}`,
      )
      .join(''),
  );
};

export const writeTable = (name: string, rows: Rows<string>): void => {
  const [first = {}] = Object.values(rows);
  const columns = Object.keys(first);
  const lines = Object.entries(rows).map(([row, figures]) => [
    row,
    ...columns.map((column) => String(figures[column])),
  ]);
  writeFileSync(fileOf(name), `${inColumns([['', ...columns], ...lines]).join('\n')}\n`);
};
