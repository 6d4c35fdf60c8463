import { listRecords as operation } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listRecords } from '../../../lib/sync/records.ts';

export const handler = handle(operation, ({ caller, params, query }) =>
  listRecords(caller, params.id, query),
);
