import { isoNow } from '../config/clock.ts';
import { hasCode, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, ownerFor } from '../model/caller.ts';
import type { Action } from '../model/event.ts';
import { type Cause, type IntegrationRecord, noTokens } from '../model/integration.ts';
import { again } from '../store/again.ts';
import { changeWrite, findCredential, release, stale } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact, type Write } from '../store/table.ts';
import { leaveAccount, retiring } from './replace.ts';

type Forgetting = {
  action: Action;
  state: 'needs_setup' | 'needs_reauth';
  cause: Cause;
  enabled: boolean;
  /** Whether the account and the settings go too. */
  everything: boolean;
};

const attemptForget = async (
  caller: Caller,
  seen: IntegrationRecord,
  { action, state, cause, enabled, everything }: Forgetting,
): Promise<IntegrationRecord> => {
  const owner = ownerFor(caller, seen.scope);
  const credential = await findCredential(owner, seen.id);
  if (!credential) throw notFound('The integration');
  const at = isoNow();
  const emptied = everything ? { settings: {}, account: null, tenant: '' } : {};
  const next: IntegrationRecord = {
    ...seen,
    ...emptied,
    state,
    cause,
    since: at,
    enabled,
    secrets: {},
    grantedScopes: null,
    version: seen.version + 1,
    updatedAt: at,
  };
  const { tokenVersion, fence } = credential;
  const event = eventWrites(owner, {
    actor: caller.userId,
    action,
    target: seen.id,
    provider: seen.provider,
    outcome: 'ok',
    detail: {},
  });
  const consent = keys.consent(owner, seen.id);
  const consentGone: Write = everything
    ? { delete: consent }
    : { delete: consent, when: [['pk', 'exists']], otherwise: () => notFound('The consent') };
  await transact([
    changeWrite(owner, seen, next),
    {
      update: keys.credential(owner, seen.id),
      set: {
        ...noTokens,
        ...emptied,
        state,
        cause,
        enabled,
        sealed: null,
        grantedScopes: null,
        tokenVersion,
        // Whoever refreshes at this moment must not bring tokens back.
        fence: fence + 1,
        sealedVersion: credential.sealedVersion + 1,
        retired: retiring(credential),
      },
      remove: ['intentSince', 'due', 'dueAt'],
      when: [
        ['fence', '=', fence],
        ['state', '<>', 'deleting'],
      ],
      otherwise: stale,
    },
    ...(everything ? release.upstream(owner, seen) : []),
    ...leaveAccount(credential),
    consentGone,
    ...event,
  ]);
  return next;
};

/** Where a refresh was faster, its tokens are the ones to retire. */
const forget = (caller: Caller, seen: IntegrationRecord, how: Forgetting): Promise<IntegrationRecord> =>
  again(
    () => attemptForget(caller, seen, how),
    (error) => hasCode(error, 'stale_version'),
  );

/** Forgets credentials, tokens and settings; id, name and links stay. */
export const resetIntegration = (caller: Caller, seen: IntegrationRecord): Promise<IntegrationRecord> =>
  forget(caller, seen, {
    action: 'integration.reset',
    state: 'needs_setup',
    cause: 'reset',
    enabled: seen.enabled,
    everything: true,
  });

/** Withdraws a consent: nothing is used any more, and what was given is ended at the provider, or forgotten. */
export const withdraw = async (caller: Caller, seen: IntegrationRecord): Promise<void> => {
  if (seen.auth !== 'oauth2') throw notFound('The consent');
  await forget(caller, seen, {
    action: 'consent.withdrawn',
    state: 'needs_reauth',
    cause: 'consent_withdrawn',
    enabled: false,
    everything: false,
  });
};
