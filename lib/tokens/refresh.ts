import { randomUUID } from 'node:crypto';
import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { FailedOutcome } from '../connectors/token-answer.ts';
import type { refresh as job } from '../contract/jobs.ts';
import { type DataKey, sealingKey } from '../credentials/data-keys.ts';
import { AppError } from '../errors/error.ts';
import { moveTo } from '../integrations/transition.ts';
import type { Work } from '../jobs/handle.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { claim, reschedule } from '../store/credentials.ts';
import { findCredential } from '../store/integrations.ts';
import { commit } from './commit.ts';
import { intentDue } from './due.ts';
import { refreshLimits } from './limits.ts';
import { type ReadyRequest, readyRequest } from './request.ts';
import { settle } from './settle.ts';
import { dueOf } from './token-state.ts';

type Payload = z.output<typeof job.payload>;

/** One claim on a credential: whoever has a newer fence has the say. */
export type Claim = {
  owner: Owner;
  manifest: Manifest;
  /** As it stands since the claim. */
  credential: CredentialRecord;
  request: ReadyRequest;
  /** What the answer is sealed with: the cache may have let go of it when the answer comes. */
  key: DataKey;
  reason: Payload['reason'];
};

const tooLate: FailedOutcome = {
  kind: 'refused',
  code: 'provider_unreachable',
  retryAfter: null,
  error: 'no time was left to send it',
};

const readClaimable = async (
  owner: Owner,
  { integrationId, seen }: Payload,
): Promise<CredentialRecord | null> => {
  const credential = await findCredential(owner, integrationId);
  return credential?.state === 'active' && credential.tokenVersion === seen ? credential : null;
};

const takeLease = async (owner: Owner, credential: CredentialRecord): Promise<CredentialRecord | null> => {
  const realNow = Date.now();
  const leaseUntil = realNow + refreshLimits().lease;
  return claim(owner, credential, {
    holder: randomUUID(),
    leaseUntil,
    realNow,
    now: now(),
    due: intentDue(credential.id, leaseUntil),
  });
};

/**
 * Refreshes one connection's tokens. The order is the point: everything that can fail on our side is
 * done before the claim; the claim says, durably, that the token may be spent; the provider gets longer
 * than anybody waits; and what it answers is stored on condition that the claim still stands. A process
 * that dies anywhere leaves an open intent, which the sweeper takes up once its lease has passed.
 */
export const refreshTokens = async (payload: Payload, work: Work): Promise<void> => {
  const owner: Owner = { organizationId: payload.organizationId, userId: payload.userId };
  const credential = await readClaimable(owner, payload);
  if (!credential) return;
  const manifest = await manifestOf(credential.provider);
  if (payload.reason === 'ahead' && !credential.enabled) {
    await reschedule(owner, credential, dueOf(manifest, credential));
    return;
  }

  const key = await sealingKey(owner.organizationId);
  const request = await readyRequest(owner, manifest, credential);
  if (!request) {
    const later = dueOf(manifest, credential);
    const tomorrow = later && { ...later, dueAt: now() + 86_400_000 };
    await reschedule(owner, credential, tomorrow, now() + refreshLimits().pause);
    await moveTo(owner, credential, { state: 'active', cause: 'app_rejected' });
    return;
  }
  const { deadline, limit } = refreshLimits();
  if (work.left() < deadline + (limit - deadline) / 2)
    throw new AppError('unavailable', 'Too little time is left to begin a refresh.');

  const claimed = await takeLease(owner, credential);
  if (!claimed) return;
  const held: Claim = { owner, manifest, credential: claimed, request, key, reason: payload.reason };
  // A request that outlives this function could outlive the lease: then two would spend one token.
  const outcome = work.left() < deadline ? tooLate : await request.send();
  if (outcome.kind === 'tokens') await commit(held, outcome.tokens, work);
  else await settle(held, outcome);
};
