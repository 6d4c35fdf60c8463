import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { manifestOf } from '../connectors/registry.ts';
import type { rescue as job } from '../contract/jobs.ts';
import { AppError, hasCode } from '../errors/error.ts';
import type { Work } from '../jobs/handle.ts';
import type { Owner } from '../model/caller.ts';
import { type Committed, commitTokens } from '../store/credentials.ts';
import { endTokens } from './revoke.ts';
import { openTokens } from './sealed.ts';

type Payload = z.output<typeof job.payload>;

/** Nobody knows when the table is back; the message may wait, but others who refresh will not. */
const pauseFor = 2_000;
/** What a try may take of the time that is left. */
const oneTry = 10_000;

const persistently = async <T>(left: Work['left'], run: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!hasCode(error, 'unavailable') || left() < pauseFor + oneTry) throw error;
      await pause(pauseFor);
    }
  }
};

/**
 * Commits what the refresh could not, on the same condition; tokens that came too late are ended, also where
 * nothing is left of their integration.
 */
export const rescueTokens = async (
  { organizationId, userId, integrationId: id, provider, app, ...payload }: Payload,
  { last, left }: Pick<Work, 'last' | 'left'>,
): Promise<void> => {
  const owner: Owner = { organizationId, userId };
  const sealed = new Uint8Array(Buffer.from(payload.tokens, 'base64'));
  const { due, dueAt, ...set } = payload.set as Partial<Committed> & { due?: string; dueAt?: number };
  const committed = { ...set, tokens: sealed, tokenVersion: payload.tokenVersion };
  const index = due !== undefined && dueAt !== undefined ? { due, dueAt } : null;
  const commit = () => commitTokens(owner, id, payload.fence, committed, index);
  if (await persistently(left, commit)) return;

  const plain = await openTokens(owner, { id, provider }, payload.tokenVersion, sealed);
  const outcome = await endTokens(
    { owner, manifest: await manifestOf(provider), credential: { id, app } },
    plain,
  );
  if (outcome === 'failed' && !last)
    throw new AppError('provider_error', 'The provider did not confirm that the tokens ended.');
};
