import { listSyncs as operation } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listSyncs } from '../../../lib/sync/syncs.ts';

export const handler = handle(operation, ({ caller, params, query }) => listSyncs(caller, params.id, query));
