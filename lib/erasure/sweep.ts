import { now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { DueEvent } from '../events/follow.ts';
import { leaveAccount } from '../integrations/replace.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { type Key, keys } from '../store/keys.ts';
import { type Query, query, queryBy, removeAll } from '../store/table.ts';

/** Time ran out: what is gone is gone, the rest goes on in another message. */
export class OutOfTime extends Error {}

export type Pace = { left: () => number };

const day = 86_400_000;
const atOnce = 200;
/** Events of longer ago DynamoDB has long dropped, whatever the retention was when they were written. */
const longestKept = 1_100;

const checkTime = ({ left }: Pace): void => {
  if (left() <= 0) throw new OutOfTime();
};

/** Deletes a range, page by page; `first` is done with each item before. */
export const sweepRange = async <T extends Key>(
  range: Omit<Query, 'after' | 'limit'>,
  pace: Pace,
  first: ((item: T) => Promise<void>) | null = null,
): Promise<void> => {
  for (;;) {
    const { items, next } = await query<T>({ ...range, limit: atOnce });
    if (first)
      for (const item of items) {
        await first(item);
        checkTime(pace);
      }
    await removeAll(items);
    if (next === null) return;
    checkTime(pace);
  }
};

/** The months in which events of an owner may stand, newest first. */
export const monthsOfEvents = (): string[] => {
  const oldest = now() - Math.max(longestKept, settings().retention.events) * day;
  const months: string[] = [];
  // The clocks of two functions may be in different months.
  const newest = new Date(now() + day);
  for (let month = Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth(), 1); ; ) {
    months.push(new Date(month).toISOString().slice(0, 7));
    if (month < oldest) return months;
    const first = new Date(month);
    month = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - 1, 1);
  }
};

/** All that happened to an owner's things. */
export const sweepEvents = async (
  owner: Owner,
  pace: Pace,
  first: ((event: DueEvent) => Promise<void>) | null = null,
): Promise<void> => {
  for (const month of monthsOfEvents()) {
    await sweepRange(keys.eventsOfMonth(owner, month), pace, first);
    checkTime(pace);
  }
};

/** What of an integration stands outside its owner's partition. */
const sweepOutside = async (owner: Owner, credential: CredentialRecord, pace: Pace): Promise<void> => {
  await removeAll(leaveAccount(credential).flatMap((write) => ('delete' in write ? [write.delete] : [])));
  await sweepRange(keys.ofIntegration(owner, credential.id), pace);
};

const sweepAttempts = async (owner: Owner): Promise<void> => {
  for (let after: Record<string, unknown> | null = null; ; ) {
    const page: { items: Key[]; next: Record<string, unknown> | null } = await queryBy<Key>({
      ...keys.attemptsOf(owner),
      after,
    });
    await removeAll(page.items);
    if (page.next === null) return;
    after = page.next;
  }
};

/** Everything an owner has but events, and what hangs on it elsewhere. A credential goes after what only it leads to. */
export const sweepOwner = async (owner: Owner, pace: Pace): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page: { items: CredentialRecord[]; next: string | null } = await query<CredentialRecord>({
      ...keys.sealedOf(owner, 'CRED#'),
      after,
      limit: atOnce,
    });
    for (const credential of page.items) {
      await sweepOutside(owner, credential, pace);
      checkTime(pace);
    }
    if (page.next === null) break;
    after = page.next;
  }
  await sweepAttempts(owner);
  await sweepRange(keys.ofOwner(owner), pace);
};
