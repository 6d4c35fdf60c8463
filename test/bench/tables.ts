import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../infra/bundle.ts';
import { functions } from '../../infra/inventory.ts';
import { inParallel } from '../../lib/model/parallel.ts';
import { type Budget, eagerKiB, startOf } from './bundles.ts';
import { type Cost, type Kind, kinds, measure } from './measure.ts';
import { writeTable } from './table.ts';

/** `npm run bench:tables` measures anew what the tables hold; their difference is what a change costs. */

const own = fileURLToPath(import.meta.url);
const root = join(import.meta.dirname, '../..');

const capacityOf = async (kind: Kind): Promise<Record<string, Cost>> => {
  const { start, subjects } = kinds[kind];
  const place = await start();
  const found: Record<string, Cost> = {};
  for (const [name, subject] of subjects) found[name] = (await measure(place, name, subject)).cost;
  await place.stop();
  return found;
};

const budgetsNow = async (): Promise<Record<string, Budget>> => {
  const target = mkdtempSync(join(tmpdir(), 'bundle-'));
  const built = await bundle(root, functions, target);
  const rows = await inParallel(4, functions, async (spec): Promise<[string, Budget]> => {
    const { builtins } = await startOf(built, spec);
    return [spec.name, { eagerKiB: eagerKiB(built, spec), builtins }];
  });
  rmSync(target, { recursive: true });
  return Object.fromEntries(rows);
};

const [kind] = process.argv.slice(2);
if (kind === 'calls' || kind === 'background') {
  // The functions of one process speak to one cloud.
  const rows = await capacityOf(kind);
  process.send?.(rows, () => process.exit(0));
} else {
  const rows: Record<string, Cost> = {};
  for (const one of Object.keys(kinds)) Object.assign(rows, ...(await once(fork(own, [one]), 'message')));
  writeTable('capacity', rows);
  writeTable('bundles', await budgetsNow());
}
