import { manifestOf } from '../connectors/registry.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { deleteWrites } from '../store/integrations.ts';
import { transact } from '../store/table.ts';

/**
 * Gone in one transaction: not listed, not usable, nothing can be linked to it any more. What hangs on
 * it is purged by the job that follows the event (`jobs/purge-integration`).
 */
export const removeIntegration = async (caller: Caller, integration: IntegrationRecord): Promise<void> => {
  const owner = ownerFor(caller, integration.scope);
  const { multiple } = await manifestOf(integration.provider);
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'integration.deleted',
    target: integration.id,
    provider: integration.provider,
    outcome: 'ok',
    detail: { name: integration.name },
  });
  await transact([...deleteWrites(owner, integration, multiple), ...event]);
};
