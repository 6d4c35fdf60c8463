import { gunzipSync, gzipSync } from 'node:zlib';
import { expiryInDays, isoNow } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { ActivityItem } from '../model/activity.ts';
import type { Owner } from '../model/caller.ts';
import { type Key, keys } from './keys.ts';
import { write } from './table.ts';

/** What a provider said of a person in a range, kept a day: fresh for minutes, then for when it is down. */
export type CachedActivity = { fetchedAt: string; items: ActivityItem[]; complete: boolean };
export type CacheRecord = {
  fetchedAt: string;
  complete: boolean;
  packed: Uint8Array;
  /** Of the credentials it was asked with: others may see less. */
  sealedVersion: number;
};

const mostBytes = 300_000;

export const activityKey = (owner: Owner, integrationId: string, request: string): Key =>
  keys.activity(owner, integrationId, request);

export const unpackActivity = ({ fetchedAt, complete, packed }: CacheRecord): CachedActivity => ({
  fetchedAt,
  complete,
  items: JSON.parse(gunzipSync(packed).toString('utf8')) as ActivityItem[],
});

/** Keeps it unless it is too large for an item even when packed; then the next call asks the provider again. */
export const keepActivity = async (
  key: Key,
  sealedVersion: number,
  { items, complete }: Pick<CachedActivity, 'items' | 'complete'>,
): Promise<CachedActivity> => {
  const fetchedAt = isoNow();
  const packed = gzipSync(JSON.stringify(items));
  if (packed.length <= mostBytes) {
    const expiresAt = expiryInDays(settings().retention.activityCache);
    await write({ put: { ...key, fetchedAt, complete, packed, sealedVersion, expiresAt } });
  }
  return { fetchedAt, items, complete };
};
