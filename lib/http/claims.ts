import { createHmac, hkdfSync } from 'node:crypto';
import { variable } from '../config/env.ts';
import { AppError, asAppError, type FieldError } from '../errors/error.ts';
import { log } from '../log/log.ts';
import { openWith, sealFor } from '../oauth/one-time.ts';
import { type Call, type CallRecord, claimCall, readCall, settleCall } from '../store/calls.ts';
import type { Invocation } from './invocation.ts';

/**
 * Creating calls with an `Idempotency-Key`. The key belongs to its caller and operation and speaks of what
 * was sent with it first. A call that died leaves its claim, which holds no longer than its function may
 * run; whoever repeats it then finds what it made by the call's id, which is stored in the same transaction.
 */
export type Claim = {
  call: Call;
  holder: string;
  /** The secret only this caller's same call makes again: its answer is sealed for it. */
  secret: string;
  /** Of an earlier call: what this one answers too. */
  kept: Kept | null;
};

/** An answer, or a refusal that would be the same again. */
export type Kept =
  | { statusCode: number; body: string | null }
  | {
      code: AppError['code'];
      message: string;
      errors: FieldError[];
      extra: Record<string, unknown>;
    };

/** Room for the other attributes of an item. */
const mostBytes = 300_000;
/** Between the end of an invocation and its process being gone. */
const margin = 1_000;

const hashed = (...values: unknown[]): string => {
  const key = hkdfSync('sha256', variable('CURSOR_KEY'), '', 'manageros calls', 32);
  return createHmac('sha256', Buffer.from(key)).update(JSON.stringify(values)).digest('base64url');
};

/** One spelling of what was sent, whatever the order of its fields. */
const canonical = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, canonical(child)]));
};

const running = (until: number): AppError =>
  new AppError('in_progress', 'The same call is still running; repeat it in a moment.', {
    retryAfter: Math.min(5, (until - Date.now()) / 1000),
  });

/** What a call made earlier says of this one: an answer, a refusal, or null where this one may run in its place. */
const earlier = (seen: CallRecord, sent: string, secret: string): Kept | null => {
  if (seen.expires <= Date.now()) return null;
  if (seen.sent !== sent)
    throw new AppError('idempotency_mismatch', 'This Idempotency-Key was sent with another request before.');
  if (seen.withheld)
    throw new AppError('already_created', 'It was created; what was shown then is not shown again.');
  if (seen.answer) return openWith<Kept>(secret, 'answer', seen.answer);
  if (seen.until > Date.now()) throw running(seen.until);
  return null;
};

export const claimFor = async (invocation: Invocation, key: string, left: number): Promise<Claim> => {
  const { operation, caller, requestId: holder, params, query, body } = invocation;
  if (!caller) throw new AppError('forbidden', 'A repeatable call needs a caller.');
  const { organizationId, userId } = caller;
  const call = {
    organizationId,
    userId,
    id: hashed(caller.kind, organizationId, userId, caller.role, operation.id, key),
  };
  const sent = hashed('sent', call.id, canonical([params, query, body]));
  const secret = hashed('answer', call.id, sent);
  const mine = { sent, holder, until: Date.now() + left + margin };

  if (await claimCall(call, mine, null)) return { call, holder, secret, kept: null };
  const seen = await readCall(call);
  // The answer to a claim that was written may be lost; the record says whose it is.
  if (seen?.holder === holder) return { call, holder, secret, kept: null };
  const kept = seen && earlier(seen, sent, secret);
  if (kept) return { call, holder, secret, kept };
  if (await claimCall(call, mine, seen)) return { call, holder, secret, kept: null };
  throw running(mine.until);
};

/** That an answer cannot be kept must not take it from who waits for it; the repeat finds what was made. */
const settle = async ({ call, holder }: Claim, outcome: Parameters<typeof settleCall>[2]): Promise<void> => {
  try {
    await settleCall(call, holder, outcome);
  } catch (error) {
    log('warn', 'answer not kept', { organization: call.organizationId, code: asAppError(error).code });
  }
};

const sealed = ({ secret }: Claim, kept: Kept): Parameters<typeof settleCall>[2] => {
  const answer = sealFor(secret, 'answer', kept);
  return answer.length <= mostBytes ? { answer } : { withheld: true };
};

/** Ends a claim with the answer a repeat is given. */
export const keepAnswer = (
  mine: Claim,
  answer: { statusCode: number; body: string | null },
  showsOnce: boolean,
): Promise<void> => settle(mine, showsOnce ? { withheld: true } : sealed(mine, answer));

/** Ends a claim whose call failed; one that may do better the next time may be made again. */
export const keepFailure = async (mine: Claim, error: unknown): Promise<void> => {
  const { code, message, errors, extra, retryable } = asAppError(error);
  // What took too long may go on: nobody repeats it before its process is gone.
  if (code === 'deadline_exceeded') return;
  await settle(mine, retryable ? {} : sealed(mine, { code, message, errors, extra }));
};
