import { update } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { updateIntegration } from '../../../lib/integrations/update.ts';
import { holderView } from '../../../lib/integrations/view.ts';

export const handler = handle(update, async ({ caller, integration, body }) => {
  const updated = await updateIntegration(caller, integration, body);
  return { integration: await holderView(updated) };
});
