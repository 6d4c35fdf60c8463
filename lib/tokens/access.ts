import { setTimeout as pause } from 'node:timers/promises';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { refresh } from '../contract/jobs.ts';
import { AppError, notFound } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { send } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { noteUse } from '../store/credentials.ts';
import { findCredential } from '../store/integrations.ts';
import { freshnessOf } from './freshness.ts';
import { refreshLimits } from './limits.ts';
import { dueOf } from './token-state.ts';

/** How a caller comes to a valid access token. No caller refreshes: a request ends at 30 s, and freezes when it answers. */

/** What this process asked for lately, so that a hundred callers queue one job. */
const asked = new Map<string, number>();
const askedFor = 20_000;
const mostAsked = 5_000;

type Reason = 'use' | 'rejected';

const mayBeTaken = ({ leaseUntil, nextAttemptAt }: CredentialRecord): boolean =>
  leaseUntil < Date.now() && nextAttemptAt <= now();

/** Queues a refresh of these very tokens, unless somebody is at it or it is not yet time to try again. */
const requestRefresh = async (owner: Owner, credential: CredentialRecord, reason: Reason): Promise<void> => {
  const name = `${credential.id}#${credential.tokenVersion}#${credential.fence}`;
  if (!mayBeTaken(credential) || (asked.get(name) ?? 0) > Date.now() - askedFor) return;
  if (asked.size >= mostAsked) asked.clear();
  asked.set(name, Date.now());
  try {
    const { id: integrationId, tokenVersion: seen } = credential;
    await send(refresh, { ...owner, integrationId, reason, seen });
  } catch (error) {
    asked.delete(name);
    throw error;
  }
};

const unavailable = (retryAfter: number): AppError =>
  new AppError('token_unavailable', 'The access token has expired and is being refreshed; try again.', {
    retryAfter,
  });

/** Why waiting for newer tokens is of no use, or null. */
const hopeless = ({ cause, nextAttemptAt }: CredentialRecord): AppError | null => {
  if (nextAttemptAt <= now()) return null;
  return cause === 'app_rejected'
    ? new AppError('oauth_app_rejected', 'The provider rejects the OAuth app: an admin has to correct it.')
    : unavailable((nextAttemptAt - now()) / 1000);
};

/** Waits, by consistent reads, until there are newer tokens than `seen`; 503 when that takes too long. */
const newerThan = async (owner: Owner, seen: CredentialRecord, reason: Reason): Promise<CredentialRecord> => {
  const until = Date.now() + refreshLimits().wait;
  for (let credential = seen; ; ) {
    if (credential.tokenVersion !== seen.tokenVersion && freshnessOf(credential) !== 'expired')
      return credential;
    const hopelessness = hopeless(credential);
    if (hopelessness) throw hopelessness;
    if (credential.tokenVersion === seen.tokenVersion) await requestRefresh(owner, credential, reason);
    const wait = 100 + Math.random() * 700;
    if (Date.now() + wait >= until) throw unavailable(5);
    await pause(wait);

    const read = await findCredential(owner, seen.id);
    if (!read) throw notFound('The integration');
    const refused = hindrance(read);
    if (refused) throw refused;
    credential = read;
  }
};

/**
 * The record whose tokens may be used now: the given one while its token is valid, a newer one once it has
 * expired. A token about to expire is used at once and refreshed behind the caller's back.
 */
export const withValidToken = async (
  owner: Owner,
  credential: CredentialRecord,
): Promise<CredentialRecord> => {
  const freshness = freshnessOf(credential);
  if (freshness === 'expired') return newerThan(owner, credential, 'use');
  if (freshness === 'stale') await requestRefresh(owner, credential, 'use');
  else if (credential.aheadRefreshed) {
    const used = { ...credential, aheadRefreshed: false };
    await noteUse(owner, credential, dueOf(await manifestOf(credential.provider), used));
  }
  return credential;
};

/** After a provider rejected a token that should be valid: newer tokens, or null where there can be none. */
export const afterRejection = async (
  owner: Owner,
  seen: CredentialRecord,
): Promise<CredentialRecord | null> => {
  if (!seen.refreshable) return null;
  const stored = await findCredential(owner, seen.id);
  if (!stored) throw notFound('The integration');
  if (stored.tokenVersion !== seen.tokenVersion) return withValidToken(owner, stored);
  return newerThan(owner, stored, 'rejected');
};
