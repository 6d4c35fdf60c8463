import { listSyncs } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listSyncsFor } from '../../../lib/sync/syncs.ts';

export const handler = handle(listSyncs, ({ caller, params, query }) =>
  listSyncsFor(caller, params.id, query),
);
