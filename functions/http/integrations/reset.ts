import { reset } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { resetIntegration } from '../../../lib/integrations/reset.ts';
import { holderView } from '../../../lib/integrations/view.ts';

export const handler = handle(reset, async ({ caller, integration }) => ({
  integration: await holderView(await resetIntegration(caller, integration)),
}));
