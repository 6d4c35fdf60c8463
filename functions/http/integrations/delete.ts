import { remove } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { removeIntegration } from '../../../lib/integrations/remove.ts';
import { ownerFor } from '../../../lib/model/caller.ts';

export const handler = handle(remove, async ({ caller, integration }) => {
  await removeIntegration(ownerFor(caller, integration.scope), caller.userId, integration);
});
