import { startSync } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { syncNow } from '../../../lib/sync/syncs.ts';

export const handler = handle(startSync, ({ caller, integration }) => syncNow(caller, integration));
