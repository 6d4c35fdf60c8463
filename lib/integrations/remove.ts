import { manifestOf } from '../connectors/registry.ts';
import { AppError, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { deleteWrites, findIntegration } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';

const attempts = 5;

/**
 * Gone in one transaction: not listed, not usable, nothing can be linked to it any more. What hangs on
 * it is purged by the job that follows the event (`jobs/purge-integration`). One that was changed since
 * it was read is read again, for it may have another name or account by now.
 */
export const removeIntegration = async (caller: Caller, seen: IntegrationRecord): Promise<void> => {
  const owner = ownerFor(caller, seen.scope);
  const { multiple } = await manifestOf(seen.provider);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const integration = attempt === 1 ? seen : await findIntegration(owner, seen.id);
    if (!integration) throw notFound('The integration');
    const event = eventWrites(owner, {
      actor: caller.userId,
      action: 'integration.deleted',
      target: integration.id,
      provider: integration.provider,
      outcome: 'ok',
      detail: { name: integration.name },
    });
    try {
      await transact([
        ...deleteWrites(owner, integration, multiple),
        ...(integration.auth === 'oauth2' ? [{ delete: keys.consent(owner, integration.id) }] : []),
        ...event,
      ]);
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'stale_version') throw error;
    }
  }
  throw new AppError('conflict', 'It is being changed all the time; try again.');
};
