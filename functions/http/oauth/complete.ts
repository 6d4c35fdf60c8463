import { complete } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { holderView } from '../../../lib/integrations/view.ts';
import { completeConsent } from '../../../lib/oauth/complete.ts';

export const handler = handle(complete, async ({ caller, params, body }) => {
  const completion = await completeConsent(caller, params.id, body);
  if ('choose' in completion) return completion;
  if ('existing' in completion)
    return { existing: { integration: await holderView(completion.existing.integration) } };
  return { created: { integration: await holderView(completion.created.integration) } };
});
