import { AppError } from '../errors/error.ts';
import type { Result } from './answer.ts';
import type { Kept } from './claims.ts';
import type { Middleware } from './invocation.ts';

/** What claims take is loaded for the calls that carry a key; no other needs it. */
const claims = () => import('./claims.ts');

/** Creating calls with an `Idempotency-Key`: claimed before they run, their answer kept for whoever repeats them. */
export const repeats: Middleware = {
  before: async ({ event: invocation, context }) => {
    const { idempotencyKey } = invocation;
    if (idempotencyKey === null) return;
    const { claimFor } = await claims();
    invocation.claim = await claimFor(invocation, idempotencyKey, context.getRemainingTimeInMillis());
  },
  after: async ({ event: { claim: mine, operation }, response }) => {
    if (!mine || mine.kept) return;
    const { statusCode = 200, body = null } = (response ?? {}) as Partial<Result> & { body?: string };
    await (await claims()).keepAnswer(mine, { statusCode, body }, operation.showsOnce);
  },
  onError: async ({ event: { claim: mine }, error }) => {
    if (mine && !mine.kept) await (await claims()).keepFailure(mine, error);
  },
};

/** The answer of the earlier call, for this request. */
export const replayed = (kept: Kept): { statusCode: number; body: string | null } => {
  if ('statusCode' in kept) return kept;
  const { code, message, errors, extra } = kept;
  throw new AppError(code, message, { errors, extra });
};
