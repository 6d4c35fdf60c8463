import { purgeIntegration, revoke } from '../contract/jobs.ts';
import { AppError } from '../errors/error.ts';
import { send } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import type { Event } from '../model/event.ts';
import { type Key, ownerFromKey } from '../store/keys.ts';
import { write } from '../store/table.ts';

/** An event as the stream or the sweep finds it: due until what follows it was done. */
export type DueEvent = Key & Event & { due?: string };

/** What may leave tokens behind that nobody uses any more. */
const leavesTokens = new Set<Event['action']>([
  'integration.reset',
  'integration.reconnected',
  'consent.withdrawn',
]);

const followUp = async (owner: Owner, event: Event): Promise<void> => {
  if (event.action === 'integration.deleted')
    await send(purgeIntegration, { ...owner, integrationId: event.target, after: null });
  if (leavesTokens.has(event.action)) await send(revoke, { ...owner, integrationId: event.target });
};

/**
 * Does what follows an event, then clears that it is due. In this order: a crash between the two does
 * it again, and all that follows may be done twice.
 */
export const follow = async (event: DueEvent): Promise<void> => {
  await followUp(ownerFromKey(event.pk), event);
  try {
    await write({
      update: { pk: event.pk, sk: event.sk },
      remove: ['due', 'dueAt'],
      when: [['due', 'exists']],
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
  }
};
