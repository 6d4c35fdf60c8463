import { get } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { viewFor } from '../../../lib/integrations/view.ts';
import { readIntegration } from '../../../lib/store/integrations.ts';

export const handler = handle(get, async ({ caller, params }) => {
  const { integration } = await readIntegration(caller, params.id);
  return { integration: await viewFor(caller, integration) };
});
