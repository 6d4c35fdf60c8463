import { randomUUID } from 'node:crypto';
import { now } from '../config/clock.ts';
import type { ScopeName, TokenState } from '../model/integration.ts';
import { tookEffect } from './again.ts';
import { keys } from './keys.ts';
import { get, transact, type Write, write } from './table.ts';

/**
 * One consent on its way: `open` until the browser comes back, `returned` with a sealed code or `denied`,
 * `completing` while the code is exchanged, `choosing` once it was and a site is to be chosen or something of
 * ours to be tried again, `done`, or `burned`.
 */
export type AttemptRecord = {
  hash: string;
  provider: string;
  organizationId: string;
  userId: string;
  scope: ScopeName;
  name: string | null;
  settings: Record<string, string>;
  /** The integration that is reconnected, null for a new one. */
  integrationId: string | null;
  app: NonNullable<TokenState['app']>;
  appSettings: Record<string, string>;
  scopes: string[];
  redirectUri: string;
  returnPage: string;
  /** The PKCE verifier, sealed for the bearer of the state; null where the provider does no PKCE. */
  verifier: Uint8Array | null;
  status: 'open' | 'returned' | 'denied' | 'completing' | 'choosing' | 'done' | 'burned';
  /** The call that completes it, or did last; null before. */
  holder: string | null;
  /** Hash of what only the browser that came back was given. */
  ticketHash: string | null;
  /** What the provider answered with, sealed for the bearer of the ticket. */
  returned: Uint8Array | null;
  /** The provider's word where consent was not given. */
  refusal: string | null;
  wrongTickets: number;
  /** The integration that was made. */
  result: string | null;
  /** Epoch ms by our clock; DynamoDB's time to live is late. */
  expires: number;
};

export const attemptLife = 10 * 60_000;

/** Null where there is none or its ten minutes are over. */
export const findAttempt = async (hash: string): Promise<AttemptRecord | null> => {
  const attempt = await get<AttemptRecord>(keys.attempt(hash));
  return attempt && attempt.expires > now() ? attempt : null;
};

export const insertAttempt = (attempt: AttemptRecord): Write => ({
  put: {
    ...keys.attempt(attempt.hash),
    ...keys.attemptsOf({
      organizationId: attempt.organizationId,
      userId: attempt.scope === 'user' ? attempt.userId : null,
    }),
    bySk: attempt.hash,
    ...attempt,
    expiresAt: Math.floor(attempt.expires / 1000) + 3_600,
  },
  when: [['pk', 'absent']],
});

export const moveWrite = (
  hash: string,
  from: AttemptRecord['status'],
  set: Partial<AttemptRecord>,
): Write => ({
  update: keys.attempt(hash),
  set,
  when: [['status', '=', from]],
});

/** Moves an attempt on, if it still is where it was seen; false where another call was faster. */
export const moveAttempt = (
  hash: string,
  from: AttemptRecord['status'],
  set: Partial<AttemptRecord>,
  also: readonly Write[] = [],
): Promise<boolean> => tookEffect(transact([moveWrite(hash, from, set), ...also]));

/** Takes an attempt for this call alone; false where another call has it. */
export const claimAttempt = async (hash: string, from: AttemptRecord['status']): Promise<boolean> => {
  const holder = randomUUID();
  try {
    return await moveAttempt(hash, from, { status: 'completing', holder });
  } catch (error) {
    // The answer to a claim that was written may be lost; the record says whose it is.
    if ((await findAttempt(hash))?.holder !== holder) throw error;
    return true;
  }
};

/** Counts a wrong ticket; the count so far. */
export const countWrongTicket = async (hash: string): Promise<number> => {
  const attempt = await write<AttemptRecord>({
    update: keys.attempt(hash),
    add: { wrongTickets: 1 },
    when: [['pk', 'exists']],
  });
  return attempt?.wrongTickets ?? 0;
};

export const burnAttempt = async (hash: string): Promise<void> => {
  await write({
    update: keys.attempt(hash),
    set: { status: 'burned', returned: null, verifier: null, ticketHash: null },
    when: [['pk', 'exists']],
  });
};
