import type * as z from 'zod/mini';
import { manifestOf } from '../connectors/registry.ts';
import type { rescue as job } from '../contract/jobs.ts';
import type { Owner } from '../model/caller.ts';
import { type Committed, commitTokens, readCredential } from '../store/credentials.ts';
import { endTokens } from './revoke.ts';
import { openTokens } from './sealed.ts';

type Payload = z.output<typeof job.payload>;

/** Commits what the refresh could not, on the same condition; tokens that came too late are ended. */
export const rescueTokens = async ({
  organizationId,
  userId,
  integrationId,
  ...payload
}: Payload): Promise<void> => {
  const owner: Owner = { organizationId, userId };
  const sealed = new Uint8Array(Buffer.from(payload.tokens, 'base64'));
  const { due, dueAt, ...set } = payload.set as Partial<Committed> & { due?: string; dueAt?: number };
  const committed = { ...set, tokens: sealed, tokenVersion: payload.tokenVersion };
  const index = due !== undefined && dueAt !== undefined ? { due, dueAt } : null;
  if (await commitTokens(owner, integrationId, payload.fence, committed, index)) return;

  const credential = await readCredential(owner, integrationId);
  if (!credential) return;
  const plain = await openTokens(owner, credential, payload.tokenVersion, sealed);
  await endTokens({ owner, manifest: await manifestOf(credential.provider), credential }, plain);
};
