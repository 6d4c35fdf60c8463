import { simulate } from '../refresh-plan/simulate.ts';
import { setEnvironment } from '../support/parts.ts';
import { billedMs, fetchPrice, monthOf, perMillion, triggerOf } from './costs.ts';
import type { Cost } from './measure.ts';
import { prices } from './prices.ts';
import { inColumns, readTable } from './table.ts';

/** `npm run costs`: what everything costs by list price, from the units in `capacity.txt`. */

setEnvironment();
const print = (rows: readonly (readonly string[])[]): void =>
  void process.stdout.write(`${inColumns(rows).join('\n')}\n\n`);
const dollars = (value: number): string => value.toFixed(2);

const capacity = readTable<keyof Cost>('capacity');
process.stdout.write(`List prices of ${prices.date}: ${prices.source}\n\n`);
print([
  ['dollars per million', 'start', 'lambda', 'table', 'kms', 'sqs', 'log', 'total', 'billed ms'],
  ...Object.entries(capacity).map(([name, cost]) => {
    const { start, lambda, table, kms, sqs, log, total } = perMillion(cost, triggerOf(name));
    return [name, ...[start, lambda, table, kms, sqs, log, total].map(dollars), String(billedMs(cost))];
  }),
]);

const sizes = [1_000, 10_000, 1_000_000];
const sample = 20_000;
const month = simulate(sample, 30, sample / 1_000_000);
const months = sizes.map((size) => monthOf(size, capacity, month));
const totals = months.map((lines) => lines.reduce((sum, [, value]) => sum + value, 0));
const names = months[0]?.map(([name]) => name) ?? [];
print([
  ['dollars a month for connections', ...sizes.map((size) => size.toLocaleString('en'))],
  ...names.map((name, line) => [name, ...months.map((lines) => dollars(lines[line]?.[1] ?? 0))]),
  ['all of it', ...totals.map(dollars)],
  ['of which per connection', ...totals.map((total, size) => (total / (sizes[size] ?? 1)).toFixed(4))],
]);

print([
  ['dollars per million fetches of a credential, above the gateway’s', ''],
  ['ours, goal at most 0.40', dollars(fetchPrice(0))],
  ['with a call of KMS each', dollars(fetchPrice(1))],
]);
