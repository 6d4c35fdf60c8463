import { purgeIntegration, revoke } from '../contract/jobs.ts';
import { AppError, hasCode } from '../errors/error.ts';
import { statisticsWrites } from '../insight/count.ts';
import { send } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import type { Event } from '../model/event.ts';
import { again } from '../store/again.ts';
import { type Key, ownerFromKey } from '../store/keys.ts';
import { transact } from '../store/table.ts';

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

/** Handled already: the stream and the sweep may both come. */
const handled = () => new AppError('already_created', 'The event was handled already.');

/** Counts an event and clears that it is due, in one transaction: whoever comes again counts nothing. */
export const countOnce = async (event: DueEvent): Promise<void> => {
  const owner = ownerFromKey(event.pk);
  const count = async (): Promise<void> =>
    transact([
      {
        update: { pk: event.pk, sk: event.sk },
        remove: ['due', 'dueAt'],
        when: [['due', 'exists']],
        otherwise: handled,
      },
      ...(await statisticsWrites(owner, event)),
    ]);
  try {
    // Another event may be the organisation's first of this provider at the same moment, or what it is about go.
    await again(count);
  } catch (error) {
    if (!hasCode(error, 'already_created')) throw error;
  }
};

/**
 * Does what follows an event, then counts it. In this order: a crash between the two does it again, and all
 * that follows may be done twice.
 */
export const follow = async (event: DueEvent): Promise<void> => {
  await followUp(ownerFromKey(event.pk), event);
  await countOnce(event);
};
