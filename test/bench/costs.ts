import { schedules } from '../../lib/contract/schedules.ts';
import type { Month } from '../refresh-plan/simulate.ts';
import type { Cost } from './measure.ts';
import { assumed, prices } from './prices.ts';
import type { Rows } from './table.ts';

/** From counted units to dollars. */

const million = 1_000_000;
const gb = 2 ** 30;
const nothing: Cost = {
  ...{ requests: 0, writes: 0, readUnits: 0, writeUnits: 0, kms: 0, sqs: 0, provider: 0, log: 0 },
};

/** How something begins: by a call of the API, a message, a timer, or with no price of its own. */
export type Trigger = 'call' | 'message' | 'timer' | 'free';
const startPrice: Record<Trigger, number> = {
  call: prices.perMillion.gatewayCalls,
  message: prices.perMillion.sqs * assumed.sqsPerMessage,
  timer: prices.perMillion.timers,
  free: 0,
};
export const triggerOf = (name: string): Trigger => {
  if (name.startsWith('jobs/')) return 'message';
  if (name.startsWith('schedules/')) return 'timer';
  return name.includes('/') ? 'free' : 'call';
};

export const billedMs = ({ requests, kms, sqs, provider }: Cost): number => {
  const { ms } = assumed;
  return ms.own + requests * ms.request + kms * ms.kms + sqs * ms.sqs + provider * ms.provider;
};

/** What a million of them cost, part by part. */
export const perMillion = (cost: Cost, trigger: Trigger) => {
  const unit = prices.perMillion;
  const logged = cost.log * assumed.logBytes.line + assumed.logBytes.invocation;
  const parts = {
    start: startPrice[trigger],
    lambda: unit.invocations + billedMs(cost) * 1000 * assumed.memoryGb * prices.perGbSecond,
    table: cost.readUnits * unit.readUnits + cost.writeUnits * unit.writeUnits,
    kms: cost.kms * unit.kms,
    sqs: cost.sqs * unit.sqs,
    log: ((logged * million) / gb) * prices.perGbLogged,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
};

/** P11: fetching a fresh credential, above the gateway's price and without the log: one consistent read, 8 ms. */
export const fetchPrice = (kms: number): number => {
  const { lambda, table, kms: keys } = perMillion({ ...nothing, requests: 1, readUnits: 1, kms }, 'free');
  // A call of KMS has its price; the goal bills the same time for both.
  const waited = kms * assumed.ms.kms * 1000 * assumed.memoryGb * prices.perGbSecond;
  return lambda + table + keys - waited;
};

const minutesAMonth = 30 * 24 * 60;

/** A month of so many connections, refreshed and used as in the simulated one, each synchronised once a day. */
export const monthOf = (connections: number, table: Rows<keyof Cost>, month: Month): [string, number][] => {
  const row = (name: string): Cost => table[name] ?? nothing;
  const each = (name: string, more: Partial<Cost> = {}): number =>
    perMillion({ ...row(name), ...more }, triggerOf(name)).total / million;
  const scale = connections / month.connections;
  const { use, ahead, keep_alive } = month.calls;
  const postponed = ({ writeUnits }: Cost): number =>
    (writeUnits * prices.perMillion.writeUnits + prices.perMillion.readUnits + prices.perMillion.sqs / 10) /
    million;
  const syncs = connections * 30;
  const timers = schedules.reduce(
    (sum, { id, every }) =>
      sum + (minutesAMonth / every) * each(`schedules/${id}`, { writes: 0, writeUnits: 0, sqs: 0 }),
    0,
  );
  return [
    [
      'refreshes',
      scale * (use + ahead) * each('jobs/refresh') +
        scale * ahead * postponed(row('schedules/refresh-ahead')),
    ],
    ['keep-alives', scale * keep_alive * (each('jobs/refresh') + postponed(row('schedules/keep-alive')))],
    ['schedules, at work or not', timers],
    [
      'syncs, one a day',
      syncs * (each('jobs/sync') + (row('syncs.start').writeUnits * prices.perMillion.writeUnits) / million),
    ],
    ['uses', scale * month.uses * each('integrations.entity', { kms: assumed.coldShare })],
    [
      'what is stored, and its key',
      ((connections * assumed.storedKib * 1024) / gb) * prices.perGbStoredAMonth + prices.perKeyAMonth,
    ],
  ];
};
