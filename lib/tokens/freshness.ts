import { now } from '../config/clock.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { refreshLimits } from './limits.ts';

type Expiring = Pick<CredentialRecord, 'accessExpiresAt' | 'accessLifetime'>;

/** With less than this left (ms), a token is refreshed while it is still used. */
export const marginOf = (lifetime: number | null): number => {
  const least = refreshLimits().margin;
  return lifetime === null ? least : Math.min(Math.max(least, lifetime * 0.1), lifetime / 2);
};

/** A token that does not say when it expires is fresh until a provider rejects it. */
export const freshnessOf = (
  { accessExpiresAt, accessLifetime }: Expiring,
  at = now(),
): 'fresh' | 'stale' | 'expired' => {
  if (accessExpiresAt === null) return 'fresh';
  const left = accessExpiresAt - at;
  if (left <= 0) return 'expired';
  return left > marginOf(accessLifetime) ? 'fresh' : 'stale';
};

/**
 * Whether a use speaks for more uses after the token's end: one in the last quarter of its life before the
 * margin does. Whoever was here only earlier has gone, and a refresh ahead would be for nobody.
 */
export const isUsedLate = ({ accessExpiresAt, accessLifetime }: Expiring, at = now()): boolean =>
  accessExpiresAt !== null && accessExpiresAt - at <= marginOf(accessLifetime) + (accessLifetime ?? 0) / 4;
