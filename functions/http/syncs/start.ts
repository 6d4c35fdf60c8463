import { startSync as operation } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { startSync } from '../../../lib/sync/syncs.ts';

export const handler = handle(operation, ({ caller, integration }) => startSync(caller, integration));
