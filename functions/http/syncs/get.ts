import { getSync } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { readSync } from '../../../lib/sync/syncs.ts';

export const handler = handle(getSync, ({ caller, params }) => readSync(caller, params.id, params.syncId));
