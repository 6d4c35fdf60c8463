import { entity } from '../../../lib/contract/operations/use.ts';
import { handle } from '../../../lib/http/handle.ts';
import { entityIn } from '../../../lib/integrations/search.ts';

export const handler = handle(entity, async ({ caller, params, query }) => ({
  entity: await entityIn(caller, params.id, query),
}));
