import { listRecords } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listRecordsFor } from '../../../lib/sync/records.ts';

export const handler = handle(listRecords, ({ caller, params, query }) =>
  listRecordsFor(caller, params.id, query),
);
