import { connect } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { connectWithCredentials } from '../../../lib/integrations/connect.ts';
import { holderView } from '../../../lib/integrations/view.ts';

export const handler = handle(connect, async ({ caller, body }) => {
  const integration = await connectWithCredentials(caller, body);
  return { integration: await holderView(integration) };
});
