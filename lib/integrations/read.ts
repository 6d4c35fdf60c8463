import { AppError } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { readIntegration } from '../store/integrations.ts';

/** A personal integration is found by its owner alone, so scope and role decide. */
export const isHolder = (caller: Caller, { scope }: { scope: 'organization' | 'user' }): boolean =>
  scope === 'user' || caller.role === 'admin';

/** The integration, for its holder: 404 for whom it does not exist, then 403. */
export const heldIntegration = async (caller: Caller, id: string): Promise<IntegrationRecord> => {
  const { integration } = await readIntegration(caller, id);
  if (!isHolder(caller, integration))
    throw new AppError('forbidden', "Only admins may administer the organisation's integrations.");
  return integration;
};
