import { remove } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { removeIntegration } from '../../../lib/integrations/remove.ts';

export const handler = handle(remove, async ({ caller, integration }) => {
  await removeIntegration(caller, integration);
});
