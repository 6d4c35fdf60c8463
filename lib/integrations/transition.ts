import { isoNow } from '../config/clock.ts';
import { AppError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import type { Cause, CredentialRecord, State } from '../model/integration.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';

type Target = { state: Exclude<State, 'deleting'>; cause: Cause | null };

/**
 * Moves an integration to another state with its cause, and says so in an event, unless its credentials
 * or state changed since `seen` was read: then somebody knew better.
 */
export const moveTo = async (
  owner: Owner,
  seen: Pick<CredentialRecord, 'id' | 'provider' | 'state' | 'sealedVersion'>,
  { state, cause }: Target,
): Promise<void> => {
  const event = eventWrites(owner, {
    actor: 'system',
    action: 'integration.health_changed',
    target: seen.id,
    provider: seen.provider,
    outcome: 'ok',
    detail: { from: seen.state, to: state, cause },
  });
  try {
    await transact([
      {
        update: keys.credential(owner, seen.id),
        set: { state },
        when: [
          ['state', '=', seen.state],
          ['sealedVersion', '=', seen.sealedVersion],
        ],
      },
      {
        update: keys.integration(owner, seen.id),
        set: { state, cause, since: isoNow() },
        when: [['pk', 'exists']],
      },
      ...event,
    ]);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
  }
};

/** The provider rejected what we hold. */
export const rejectCredentials = (owner: Owner, credential: CredentialRecord): Promise<void> =>
  moveTo(owner, credential, { state: 'needs_reauth', cause: 'credentials_rejected' });
