import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kind, kinds, measure } from './measure.ts';

/** `npm run bench:tables` measures anew what `capacity.json` holds; its difference is what a change costs. */

const own = fileURLToPath(import.meta.url);
const table = join(import.meta.dirname, 'capacity.json');

const measureAll = async (kind: Kind): Promise<Record<string, unknown>> => {
  const { start, subjects } = kinds[kind];
  const place = await start();
  const found: Record<string, unknown> = {};
  for (const [name, subject] of subjects) found[name] = (await measure(place, name, subject)).cost;
  await place.stop();
  return found;
};

/** A row a line. */
const printed = (kind: string, rows: Record<string, unknown>): string => {
  const lines = Object.entries(rows).map(([name, row]) => {
    const counts = Object.entries(row as object).map(([what, count]) => `"${what}": ${count}`);
    return `    ${JSON.stringify(name)}: { ${counts.join(', ')} }`;
  });
  return `  "${kind}": {\n${lines.join(',\n')}\n  }`;
};

const [kind] = process.argv.slice(2);
if (kind === 'calls' || kind === 'background') {
  const rows = await measureAll(kind);
  process.send?.(rows, () => process.exit(0));
} else {
  const parts: string[] = [];
  for (const one of Object.keys(kinds)) {
    const [rows] = (await once(fork(own, [one]), 'message')) as [Record<string, unknown>];
    parts.push(printed(one, rows));
  }
  writeFileSync(table, `{\n${parts.join(',\n')}\n}\n`);
}
