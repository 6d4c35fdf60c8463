import { isoNow } from '../config/clock.ts';
import { eventWrites } from '../events/record.ts';
import { countMetric } from '../log/metric.ts';
import type { Owner } from '../model/caller.ts';
import type { Cause, CredentialRecord, IntegrationRecord, State } from '../model/integration.ts';
import { tookEffect } from '../store/again.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';

type Target = { state: Exclude<State, 'deleting'>; cause: Cause | null };

/**
 * Moves an integration to another state with its cause, and says so in one event, unless its credentials,
 * tokens, state or cause changed since `seen` was read: then somebody knew better, or was faster.
 */
export const moveTo = async (
  owner: Owner,
  seen: Pick<CredentialRecord, 'id' | 'provider' | 'state' | 'cause' | 'sealedVersion' | 'tokenVersion'>,
  { state, cause }: Target,
  shown: Partial<Pick<IntegrationRecord, 'grantedScopes'>> = {},
): Promise<void> => {
  const moves = state !== seen.state || cause !== seen.cause;
  if (!moves && Object.keys(shown).length === 0) return;
  const event = eventWrites(owner, {
    actor: 'system',
    action: 'integration.health_changed',
    target: seen.id,
    provider: seen.provider,
    outcome: 'ok',
    detail: { from: seen.state, to: state, cause },
  });
  const moved = await tookEffect(
    transact([
      {
        update: keys.credential(owner, seen.id),
        set: { state, cause },
        when: [
          ['state', '=', seen.state],
          ['cause', '=', seen.cause],
          ['sealedVersion', '=', seen.sealedVersion],
          ['tokenVersion', '=', seen.tokenVersion],
        ],
      },
      {
        update: keys.integration(owner, seen.id),
        set: { ...shown, ...(moves && { state, cause, since: isoNow() }) },
        when: [['pk', 'exists']],
      },
      ...(moves ? event : []),
    ]),
  );
  if (moved && moves && state === 'needs_reauth') countMetric('NeedsReauth');
};

/** The provider rejected what we hold. */
export const rejectCredentials = (owner: Owner, credential: CredentialRecord): Promise<void> =>
  moveTo(owner, credential, { state: 'needs_reauth', cause: 'credentials_rejected' });
