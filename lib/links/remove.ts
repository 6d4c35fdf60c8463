import { AppError, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { isHolder } from '../integrations/read.ts';
import type { Caller } from '../model/caller.ts';
import { deleteLink } from '../store/links.ts';
import { transact } from '../store/table.ts';
import { readLink } from './read.ts';

/** Unlinks; for the link's maker and the integration's holder. */
export const removeLink = async (caller: Caller, id: string): Promise<void> => {
  const { owner, address, link, integration } = await readLink(caller, id);
  if (link.createdBy !== caller.userId && !isHolder(caller, integration))
    throw new AppError('forbidden', 'Only who made the link, or an admin, may remove it.');
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'link.deleted',
    target: link.id,
    provider: integration.provider,
    outcome: 'ok',
    detail: { entity: { type: link.entityType, id: link.entityId }, integrationId: integration.id },
  });
  await transact([{ ...deleteLink(owner, address), otherwise: () => notFound('The link') }, ...event]);
};
