import { expiryInDays, isoNow, now } from '../config/clock.ts';
import type { ErrorCode } from '../contract/codes.ts';
import { asAppError } from '../errors/error.ts';
import { log } from '../log/log.ts';
import { isFailure } from '../log/provider-calls.ts';
import type { Owner } from '../model/caller.ts';
import type { Cause, CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import { keys } from '../store/keys.ts';
import { query, write } from '../store/table.ts';
import { healthOf } from './health.ts';
import { sawCall } from './outage.ts';

/**
 * How an integration's calls went, by the hour: counts, errors and a histogram of latencies. A process
 * keeps what it saw until it has ten calls to tell of, or the outcome changed; what an idle process
 * never told is lost, which a rate bears and a write per call would not be worth.
 */
type Seen = { calls: number; errors: number; buckets: Record<string, number>; last: Failure | null };
type Failure = { code: string; at: string };
type HourRecord = { calls?: number; errors?: number; lastError?: Failure } & Record<string, unknown>;

const batch = 10;
const seen = new Map<string, Seen>();
const wentWell = new Map<string, boolean>();
const mostKept = 2_000;

/** Two buckets for each doubling: `b0` up to 1 ms, `b20` up to about a second. */
const bucketOf = (milliseconds: number): string =>
  `b${Math.min(40, Math.max(0, Math.ceil(Math.log2(Math.max(1, milliseconds)) * 2)))}`;
const upperBound = (bucket: string): number => Math.round(2 ** (Number(bucket.slice(1)) / 2));

const nameOf = (owner: Owner, id: string): string => `${owner.organizationId} ${owner.userId} ${id}`;

export const observerOf =
  (owner: Owner, id: string) =>
  (milliseconds: number, code: ErrorCode | null, down: boolean): void => {
    sawCall(owner, id, down);
    const name = nameOf(owner, id);
    const sum = seen.get(name) ?? { calls: 0, errors: 0, buckets: {}, last: null };
    const bucket = bucketOf(milliseconds);
    sum.calls += 1;
    sum.buckets[bucket] = (sum.buckets[bucket] ?? 0) + 1;
    if (isFailure(code)) {
      sum.errors += 1;
      sum.last = { code: code ?? '', at: isoNow() };
    }
    if (seen.size >= mostKept) seen.clear();
    seen.set(name, sum);
  };

/** Writes what was seen when it is due. That the books cannot be kept must not fail the call they are about. */
export const noteVitals = async (owner: Owner, id: string): Promise<void> => {
  const name = nameOf(owner, id);
  const sum = seen.get(name);
  if (!sum) return;
  const well = sum.last === null;
  const changed = wentWell.get(name) !== well && (wentWell.has(name) || !well);
  if (sum.calls < batch && !changed) return;
  seen.delete(name);
  if (wentWell.size >= mostKept) wentWell.clear();
  wentWell.set(name, well);
  try {
    await write({
      update: keys.health(owner, id, isoNow().slice(0, 13)),
      add: { calls: sum.calls, errors: sum.errors, ...sum.buckets },
      set: { expiresAt: expiryInDays(3), ...(sum.last && { lastError: sum.last }) },
    });
  } catch (error) {
    log('warn', 'vitals not kept', { integration: id, code: asAppError(error).code });
  }
};

/** The latency below which this share of the calls was; null without calls. */
const percentile = (buckets: readonly [string, number][], share: number): number | null => {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [bucket, count] of buckets) {
    below += count;
    if (below >= total * share) return upperBound(bucket);
  }
  return null;
};

/** What disabled it, where it is disabled, whatever else was the matter before. */
const causeOf = ({ enabled, cause }: IntegrationRecord): Cause | null =>
  enabled || cause === 'consent_withdrawn' ? cause : 'disabled_by_person';

/** Health as its holder sees it: the state with its cause, and the books of the last day. */
export const healthReport = async (
  owner: Owner,
  integration: IntegrationRecord,
  credential: CredentialRecord | null,
) => {
  const hour = (before: number): string =>
    keys.health(owner, integration.id, new Date(now() - before * 3_600_000).toISOString().slice(0, 13)).sk;
  const { items } = await query<HourRecord>({
    pk: keys.healthOf(owner, integration.id).pk,
    between: [hour(23), hour(0)],
    newestFirst: true,
  });
  const sums = new Map<string, number>();
  for (const item of items)
    for (const [name, count] of Object.entries(item))
      if (/^b\d+$/.test(name)) sums.set(name, (sums.get(name) ?? 0) + Number(count));
  const buckets = [...sums].toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
  const calls = items.reduce((sum, item) => sum + (item.calls ?? 0), 0);
  const errors = items.reduce((sum, item) => sum + (item.errors ?? 0), 0);
  const expires = credential?.tokens ? credential.accessExpiresAt : null;
  return {
    state: healthOf(integration),
    since: integration.since,
    cause: causeOf(integration),
    tokenExpiresAt: expires === null ? null : new Date(expires).toISOString(),
    latency: { p50: percentile(buckets, 0.5), p95: percentile(buckets, 0.95) },
    successRate: calls === 0 ? null : (calls - errors) / calls,
    lastError: items.find(({ lastError }) => lastError)?.lastError ?? null,
  };
};
