import { setTimeout as pause } from 'node:timers/promises';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { refresh } from '../contract/jobs.ts';
import { AppError, asAppError, notFound } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { send } from '../jobs/send.ts';
import { log } from '../log/log.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { noteUse } from '../store/credentials.ts';
import { findCredential } from '../store/integrations.ts';
import { freshnessOf, isUsedLate } from './freshness.ts';
import { refreshLimits } from './limits.ts';
import { dueOf } from './token-state.ts';

/** How a caller comes to a valid access token. No caller refreshes: a request ends at 30 s, and freezes when it answers. */

/** What this process asked for lately, so that a hundred callers queue one job; a job that was lost is asked for again. */
const asked = new Map<string, number>();
const askedFor = (): number => 2 * refreshLimits().wait;
const mostAsked = 5_000;

type Reason = 'use' | 'rejected';

const mayBeTaken = ({ leaseUntil, nextAttemptAt }: CredentialRecord): boolean =>
  leaseUntil < Date.now() && nextAttemptAt <= now();

/** Queues a refresh of these very tokens, unless somebody is at it or it is not yet time to try again. */
const requestRefresh = async (owner: Owner, credential: CredentialRecord, reason: Reason): Promise<void> => {
  const name = `${credential.id}#${credential.tokenVersion}#${credential.fence}`;
  if (!mayBeTaken(credential) || (asked.get(name) ?? 0) > Date.now() - askedFor()) return;
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
  const patience = refreshLimits().wait;
  const until = Date.now() + patience;
  for (let credential = seen; ; ) {
    if (credential.tokenVersion !== seen.tokenVersion && freshnessOf(credential) !== 'expired')
      return credential;
    const hopelessness = hopeless(credential);
    if (hopelessness) throw hopelessness;
    if (credential.tokenVersion === seen.tokenVersion) await requestRefresh(owner, credential, reason);
    const wait = patience * (0.01 + Math.random() * 0.07);
    if (Date.now() + wait >= until) throw unavailable(patience / 2_000);
    await pause(wait);

    const read = await findCredential(owner, seen.id);
    if (!read) throw notFound('The integration');
    // Of a disabled one somebody asks who may: a test.
    const refused = hindrance({ ...read, enabled: read.enabled || !seen.enabled });
    if (refused) throw refused;
    credential = read;
  }
};

/** What must not fail a use whose token is valid: another use, or a schedule, makes up for it. */
const ifPossible = async (
  what: string,
  { id }: CredentialRecord,
  attempt: Promise<unknown>,
): Promise<void> => {
  try {
    await attempt;
  } catch (error) {
    log('warn', what, { integration: id, code: asAppError(error).code });
  }
};

/**
 * The record whose tokens may be used now: the given one while its token is valid, a newer one once it has
 * expired. A token about to expire is used at once and refreshed behind the caller's back; one that cannot
 * be refreshed is used until the provider rejects it.
 */
export const withValidToken = async (
  owner: Owner,
  credential: CredentialRecord,
): Promise<CredentialRecord> => {
  if (!credential.refreshable) return credential;
  const freshness = freshnessOf(credential);
  if (freshness === 'expired') return newerThan(owner, credential, 'use');
  if (freshness === 'stale')
    await ifPossible('refresh not queued', credential, requestRefresh(owner, credential, 'use'));
  else if (credential.aheadRefreshed && isUsedLate(credential)) {
    const due = dueOf(await manifestOf(credential.provider), { ...credential, aheadRefreshed: false });
    await ifPossible('use not noted', credential, noteUse(owner, credential, due));
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
