import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newIntegrationId } from '../../lib/model/ids.ts';
import { nextDue } from '../../lib/tokens/due.ts';
import { freshnessOf, isUsedLate, marginOf } from '../../lib/tokens/freshness.ts';
import { fairly } from '../../lib/tokens/schedule.ts';
import { setEnvironment, testSettings } from '../support/parts.ts';

/** The pure decisions of the protocol, value by value. */

setEnvironment();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

it.each<[life: string, lifetime: number | null, margin: number]>([
  ['an hour', hour, 6 * minute],
  ['eight hours', 8 * hour, 48 * minute],
  ['half an hour', 30 * minute, 5 * minute],
  ['six minutes', 6 * minute, 3 * minute],
  ['unknown', null, 5 * minute],
])('the margin of a life of %s', (_, lifetime, margin) => {
  expect(marginOf(lifetime)).toBe(margin);
});

it.each<[left: number, freshness: string, late: boolean]>([
  [hour, 'fresh', false],
  [21 * minute + 1, 'fresh', false],
  [21 * minute, 'fresh', true],
  [6 * minute + 1, 'fresh', true],
  [6 * minute, 'stale', true],
  [1, 'stale', true],
  [0, 'expired', true],
  [-day, 'expired', true],
])('a token of an hour with %i ms left is %s', (left, freshness, late) => {
  const token = { accessExpiresAt: 10 * day, accessLifetime: hour };

  expect(freshnessOf(token, 10 * day - left)).toBe(freshness);
  expect(isUsedLate(token, 10 * day - left)).toBe(late);
});

it('a token that does not say when it ends is fresh, and never used late', () => {
  const token = { accessExpiresAt: null, accessLifetime: null };

  expect(freshnessOf(token, 1e15)).toBe('fresh');
  expect(isUsedLate(token, 1e15)).toBe(false);
});

describe('the next look at a credential', () => {
  const credential = {
    id: 'int_o_1',
    tokenVersion: 3,
    accessExpiresAt: 100 * day + hour,
    accessLifetime: hour,
    refreshable: true,
    refreshedAt: 100 * day,
    aheadRefreshed: false,
    enabled: true,
  };
  const ahead = { earliest: 52.8 * minute, latest: 54 * minute, kind: 'refresh' };
  const monthly = { earliest: 30 * day, latest: 33 * day, kind: 'keep_alive' };

  it.each<[string, Partial<typeof credential>, number | null, boolean, object | null]>([
    ['of one that was used is before the margin', {}, 90, true, ahead],
    ['of one nobody used is in a month', { aheadRefreshed: true }, 90, true, monthly],
    ['of one that is off is in a month', { enabled: false }, 90, true, monthly],
    ['where refresh tokens live for ever is in a month', { aheadRefreshed: true }, null, true, monthly],
    [
      'where they live for two weeks is after two thirds',
      { aheadRefreshed: true },
      14,
      true,
      { earliest: (14 * day * 2) / 3, latest: ((14 * day * 2) / 3) * 1.1, kind: 'keep_alive' },
    ],
    ['of what we make ourselves is never, once nobody uses it', { aheadRefreshed: true }, 90, false, null],
    ['of what cannot be refreshed is never', { refreshable: false }, 90, true, null],
  ])('%s', (_, differing, ttl, keepsAlive, expected) => {
    const ids = Array.from({ length: 200 }, () => newIntegrationId('organization'));
    const dues = ids.map((id) => nextDue({ ...credential, ...differing, id }, ttl, keepsAlive));

    if (expected === null) {
      expect(new Set(dues)).toEqual(new Set([null]));
      return;
    }
    const { earliest, latest, kind } = expected as typeof ahead;
    const after = dues.map((due) => (due?.dueAt ?? 0) - credential.refreshedAt);
    expect(Math.min(...after)).toBeGreaterThanOrEqual(Math.floor(earliest));
    expect(Math.max(...after)).toBeLessThanOrEqual(latest);
    // Spread over nearly all of that time, and over the shards, in the same way every time.
    expect(Math.max(...after) - Math.min(...after)).toBeGreaterThan((latest - earliest) * 0.9);
    expect(new Set(dues.map((due) => due?.due)).size).toBe(8);
    expect(dues.every((due) => due?.due.startsWith(`${kind}#`))).toBe(true);
    expect(ids.map((id) => nextDue({ ...credential, ...differing, id }, ttl, keepsAlive))).toEqual(dues);
  });
});

it('organisations take turns, each with its own in order', () => {
  const due = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((id) => ({ id, organizationId: id.slice(0, 1) }));

  expect(fairly(due).map(({ id }) => id)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
});

describe('the times of the protocol', () => {
  const check = "import('./lib/tokens/limits.ts').then(({ refreshLimits }) => refreshLimits())";
  const start = (times: Partial<typeof testSettings.refresh>) => {
    const settings = { ...testSettings, refresh: { ...testSettings.refresh, ...times } };
    const env = { ...process.env, SETTINGS: JSON.stringify(settings) };
    return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', check], { env });
  };

  it('are taken as they are meant to be', async () => {
    await expect(start({})).resolves.toMatchObject({ stdout: '' });
  });

  it.each<Partial<typeof testSettings.refresh>>([
    { deadline: 120_000 },
    { deadline: 130_000 },
    { lease: 120_000 },
    { lease: 100_000 },
    { limit: 90_000 },
    { limit: 125_000 },
  ])('are refused out of order: %j', async (times) => {
    await expect(start(times)).rejects.toThrow('deadline < limit < lease must hold');
  });
});
