import { manifestOf } from '../connectors/registry.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { again } from '../store/again.ts';
import { deleteWrites, findIntegration } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';

/**
 * Gone in one transaction: not listed, not usable, nothing can be linked to it any more. What hangs on
 * it is purged by the job that follows the event (`jobs/purge-integration`). One that was changed since
 * it was read is read again, for it may have another name or account by now.
 */
export const removeIntegration = async (
  owner: Owner,
  actor: string,
  seen: IntegrationRecord,
): Promise<void> => {
  const { multiple } = await manifestOf(seen.provider);
  await again(async (attempt) => {
    const integration = attempt === 1 ? seen : await findIntegration(owner, seen.id);
    if (!integration) throw notFound('The integration');
    const event = eventWrites(owner, {
      actor,
      action: 'integration.deleted',
      target: integration.id,
      provider: integration.provider,
      outcome: 'ok',
      detail: { name: integration.name },
    });
    await transact([
      ...deleteWrites(owner, integration, multiple),
      ...(integration.auth === 'oauth2' ? [{ delete: keys.consent(owner, integration.id) }] : []),
      ...event,
    ]);
  });
};
