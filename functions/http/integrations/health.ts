import { health } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { healthReport } from '../../../lib/integrations/vitals.ts';
import { ownerFor } from '../../../lib/model/caller.ts';
import { findCredential } from '../../../lib/store/integrations.ts';

export const handler = handle(health, async ({ caller, integration }) => {
  const owner = ownerFor(caller, integration.scope);
  return healthReport(owner, integration, await findCredential(owner, integration.id));
});
