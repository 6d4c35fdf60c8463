import { getProvider } from '../../../lib/contract/operations/providers.ts';
import { handle } from '../../../lib/http/handle.ts';
import { showProvider } from '../../../lib/integrations/catalogue.ts';

export const handler = handle(getProvider, async ({ caller, params }) => ({
  provider: await showProvider(caller, params.provider),
}));
