import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { tookEffect } from './again.ts';
import type { Condition } from './expressions.ts';
import { type Key, keys } from './keys.ts';
import { get, type Write, write } from './table.ts';

/** The conditional writes of the refresh protocol; each names in its conditions what it takes for granted. */

type Index = { due: string; dueAt: number } | null;

const indexed = (due: Index) => (due ? { set: due, remove: [] } : { set: {}, remove: ['due', 'dueAt'] });

export const readCredential = (owner: Owner, id: string): Promise<CredentialRecord | null> =>
  get<CredentialRecord>(keys.credential(owner, id));

/**
 * Takes the lease and opens the intent in one write, if the tokens are those that were seen, nobody
 * holds them, and it is time. The claimed record, or null where somebody else has it.
 */
export const claim = async (
  owner: Owner,
  { id, tokenVersion }: Pick<CredentialRecord, 'id' | 'tokenVersion'>,
  {
    holder,
    leaseUntil,
    realNow,
    now,
    due,
  }: { holder: string; leaseUntil: number; realNow: number; now: number; due: Index },
): Promise<CredentialRecord | null> => {
  const attempt = write<CredentialRecord>({
    update: keys.credential(owner, id),
    set: { holder, leaseUntil, ...due },
    setOnce: { intentSince: now },
    add: { fence: 1, intentCount: 1 },
    when: [
      ['state', '=', 'active'],
      ['tokenVersion', '=', tokenVersion],
      ['leaseUntil', '<', realNow],
      ['nextAttemptAt', '<=', now],
    ],
  });
  if (await tookEffect(attempt)) return attempt;
  // The answer to a claim that was written may be lost; the record says whose it is.
  const stored = await readCredential(owner, id);
  return stored?.holder === holder && stored.tokenVersion === tokenVersion ? stored : null;
};

const mine = (fence: number): Condition => [
  ['fence', '=', fence],
  ['state', '=', 'active'],
];

export type Committed = Pick<
  CredentialRecord,
  | 'tokens'
  | 'tokenVersion'
  | 'accessExpiresAt'
  | 'accessLifetime'
  | 'refreshExpiresAt'
  | 'refreshedAt'
  | 'aheadRefreshed'
  | 'grantedScopes'
>;

/**
 * Stores refreshed tokens and closes the intent, if the claim still holds. True also where they stand
 * already: the answer to an earlier try was lost.
 */
export const commitTokens = async (
  owner: Owner,
  id: string,
  fence: number,
  committed: Partial<Committed> & Pick<Committed, 'tokens' | 'tokenVersion'>,
  due: Index,
): Promise<boolean> => {
  const { set, remove } = indexed(due);
  const attempt = write({
    update: keys.credential(owner, id),
    set: { ...committed, ...set, committedBy: fence, leaseUntil: 0, intentCount: 0, nextAttemptAt: 0 },
    remove: ['intentSince', ...remove],
    when: mine(fence),
  });
  if (await tookEffect(attempt)) return true;
  const stored = await readCredential(owner, id);
  // By fence, not by their bytes: the same tokens may have been sealed again under a newer key.
  return stored?.tokenVersion === committed.tokenVersion && stored.committedBy === fence;
};

/** Ends the lease after an answer that gave no tokens; `closed` also closes the intent: nothing was spent. */
export const releaseClaim = (
  owner: Owner,
  id: string,
  fence: number,
  { closed, nextAttemptAt, due }: { closed: boolean; nextAttemptAt: number; due: Index },
): Promise<boolean> => {
  const { set, remove } = indexed(due);
  return tookEffect(
    write({
      update: keys.credential(owner, id),
      set: { leaseUntil: 0, nextAttemptAt, ...set, ...(closed && { intentCount: 0 }) },
      remove: [...(closed ? ['intentSince'] : []), ...remove],
      when: mine(fence),
    }),
  );
};

/** A dead grant, for the transaction that says so; it holds only while the claim does. */
export const giveUpWrite = (
  owner: Owner,
  id: string,
  fence: number,
  set: Partial<CredentialRecord>,
): Write => ({
  update: keys.credential(owner, id),
  set: { ...set, leaseUntil: 0, intentCount: 0 },
  remove: ['intentSince', 'due', 'dueAt'],
  when: mine(fence),
});

/** The first use of tokens that were refreshed ahead: they will be again. One write a token. */
export const noteUse = (
  owner: Owner,
  { id, tokenVersion }: Pick<CredentialRecord, 'id' | 'tokenVersion'>,
  due: Index,
): Promise<boolean> => {
  const { set, remove } = indexed(due);
  return tookEffect(
    write({
      update: keys.credential(owner, id),
      set: { aheadRefreshed: false, ...set },
      remove,
      when: [
        ['tokenVersion', '=', tokenVersion],
        ['aheadRefreshed', '=', true],
        ['intentSince', 'absent'],
      ],
    }),
  );
};

/** Puts off what is due, if it is still due since then: whoever succeeds may queue it. */
export const postpone = ({ pk, sk }: Key, dueAt: number, until: number): Promise<boolean> =>
  tookEffect(write({ update: { pk, sk }, set: { dueAt: until }, when: [['dueAt', '=', dueAt]] }));

/** Sets when a schedule looks again and a refresh may be tried, if the tokens are those that were seen. */
export const reschedule = (
  owner: Owner,
  { id, tokenVersion }: Pick<CredentialRecord, 'id' | 'tokenVersion'>,
  due: Index,
  nextAttemptAt = 0,
): Promise<boolean> => {
  const { set, remove } = indexed(due);
  return tookEffect(
    write({
      update: keys.credential(owner, id),
      set: { ...set, nextAttemptAt },
      remove,
      when: [
        ['tokenVersion', '=', tokenVersion],
        ['intentSince', 'absent'],
      ],
    }),
  );
};
