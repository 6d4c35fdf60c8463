import type { CredentialRecord } from '../model/integration.ts';
import { keys } from '../store/keys.ts';
import { marginOf } from './freshness.ts';

/**
 * When a schedule has to look at a credential next, as attributes of the index `due`; nulls where never.
 * Only what was used is refreshed ahead; what is idle is kept alive once two thirds of its refresh
 * token's life are over, or a month where that is longer or unknown.
 */
export type Due = { due: string; dueAt: number } | null;

const day = 86_400_000;
const month = 30 * day;

/** Spreads what was connected at the same moment: up to `width`, always the same for one id and version. */
const jitter = (id: string, version: number, width: number): number => {
  let hash = version;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash / 2 ** 32) * width;
};

type Idle = Pick<
  CredentialRecord,
  | 'id'
  | 'tokenVersion'
  | 'accessExpiresAt'
  | 'accessLifetime'
  | 'refreshable'
  | 'refreshedAt'
  | 'aheadRefreshed'
  | 'enabled'
>;

export const nextDue = (credential: Idle, refreshTtlDays: number | null, keepsAlive: boolean): Due => {
  const {
    id,
    tokenVersion,
    accessExpiresAt,
    accessLifetime,
    refreshable,
    refreshedAt,
    aheadRefreshed,
    enabled,
  } = credential;
  if (!refreshable) return null;
  if (accessExpiresAt !== null && enabled && !aheadRefreshed) {
    const margin = marginOf(accessLifetime);
    const early = jitter(id, tokenVersion, margin * 0.2);
    return { due: keys.due('refresh', id), dueAt: Math.floor(accessExpiresAt - margin - early) };
  }
  if (!keepsAlive) return null;
  const idle = Math.min(month, refreshTtlDays === null ? month : (refreshTtlDays * day * 2) / 3);
  return {
    due: keys.due('keep_alive', id),
    dueAt: Math.floor(refreshedAt + idle + jitter(id, tokenVersion, idle * 0.1)),
  };
};

/** An open intent is looked at when its lease has passed, or when it may be tried again. */
export const intentDue = (id: string, at: number): NonNullable<Due> => ({
  due: keys.due('intent', id),
  dueAt: at,
});
