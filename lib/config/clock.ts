import { clockOffset } from './env.ts';

/**
 * Milliseconds since 1970 by our clock: what expires, is due or is cached goes by it. Leases, rate
 * windows and idempotency use `Date.now()`, because moving the local clock must not break them.
 */
export const now = (): number => Date.now() + clockOffset();

export const isoNow = (): string => new Date(now()).toISOString();

/** Seconds since 1970, `days` from now: DynamoDB's time to live. */
export const expiryInDays = (days: number): number => Math.floor(now() / 1000) + days * 86_400;
