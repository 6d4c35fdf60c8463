import { asAppError } from '../errors/error.ts';
import { log } from '../log/log.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { moveTo } from './transition.ts';

/**
 * An integration whose provider is down is degraded, and healthy again with the first call that is answered.
 * Nothing else follows: an outage says nothing about credentials, however long it lasts.
 */

/** Calls in a row that found the provider down; a single one may be bad luck. */
const enough = 3;
const mostKept = 2_000;
const failedInARow = new Map<string, number>();

const nameOf = (owner: Owner, id: string): string => `${owner.organizationId} ${owner.userId} ${id}`;

export const sawCall = (owner: Owner, id: string, down: boolean): void => {
  const name = nameOf(owner, id);
  if (failedInARow.size >= mostKept) failedInARow.clear();
  failedInARow.set(name, down ? (failedInARow.get(name) ?? 0) + 1 : 0);
};

/** Writes only where the state changes. That it cannot be kept must not fail the call it is about. */
export const noteOutage = async (owner: Owner, credential: CredentialRecord): Promise<void> => {
  const name = nameOf(owner, credential.id);
  const failed = failedInARow.get(name);
  if (failed === 0) failedInARow.delete(name);
  if (failed === undefined || credential.state !== 'active') return;
  const begins = failed >= enough && credential.cause === null;
  // While a refresh is in doubt the token endpoint is the one that is down: its own success ends that.
  const ends = failed === 0 && credential.cause === 'provider_outage' && credential.intentSince === undefined;
  if (!begins && !ends) return;
  try {
    await moveTo(owner, credential, { state: 'active', cause: begins ? 'provider_outage' : null });
  } catch (error) {
    log('warn', 'outage not kept', { integration: credential.id, code: asAppError(error).code });
  }
};
