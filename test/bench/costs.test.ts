import { describe, expect, it } from 'vitest';
import { simulate } from '../refresh-plan/simulate.ts';
import { setEnvironment } from '../support/parts.ts';
import { billedMs, fetchPrice, monthOf, perMillion, triggerOf } from './costs.ts';
import type { Cost } from './measure.ts';
import { readTable } from './table.ts';

setEnvironment();
const capacity = readTable<keyof Cost>('capacity');
const sum = (lines: readonly [string, number][]): number => lines.reduce((all, [, value]) => all + value, 0);

describe('a million of something', () => {
  it('costs what its units cost, added up by hand', () => {
    const cost = {
      ...{ requests: 2, writes: 1, readUnits: 1, writeUnits: 2, kms: 1, sqs: 1 },
      ...{ provider: 0, log: 1 },
    };

    const { start, table, kms, sqs, lambda, total } = perMillion(cost, 'call');

    expect(billedMs(cost)).toBe(4 + 2 * 4 + 8 + 6);
    expect([start, table, kms, sqs]).toEqual([1, 0.125 + 1.25, 3, 0.4]);
    expect(lambda).toBeCloseTo(0.2 + 26 * 1000 * 0.5 * 0.0000133334);
    expect(total).toBeGreaterThan(start + table + kms + sqs + lambda);
  });

  it('is started by what starts it: a call, a message, a timer, or what costs nothing', () => {
    const triggers = ['links.create', 'jobs/sync', 'schedules/purge', 'streams/events'].map(triggerOf);

    expect(triggers).toEqual(['call', 'message', 'timer', 'free']);
  });
});

describe('fetching a credential', () => {
  it('costs at most 40 cents a million above the gateway, and eight times that with KMS each time', () => {
    expect(fetchPrice(0)).toBeLessThanOrEqual(0.4);
    expect(fetchPrice(1)).toBeGreaterThan(8 * fetchPrice(0));
  });
});

describe('a month', () => {
  const month = simulate(2_000, 30, 0.002);

  it('costs ten times as much for ten times the connections, but for what runs anyway', () => {
    const [thousand, million] = [1_000, 1_000_000].map((size) => monthOf(size, capacity, month));
    const of = (lines: [string, number][] | undefined, name: string) =>
      lines?.find(([line]) => line.startsWith(name))?.[1] ?? 0;

    for (const name of ['refreshes', 'keep-alives', 'syncs', 'uses'])
      expect(of(million, name) / of(thousand, name), name).toBeCloseTo(1_000);
    expect(of(million, 'schedules')).toBe(of(thousand, 'schedules'));
  });

  it('costs less than two cents a connection', () => {
    expect(sum(monthOf(1_000, capacity, month)) / 1_000).toBeLessThan(0.02);
  });
});
