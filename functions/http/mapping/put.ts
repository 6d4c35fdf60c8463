import { putMapping } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { setMapping } from '../../../lib/sync/mapping.ts';

export const handler = handle(putMapping, ({ caller, integration, body }) =>
  setMapping(caller, integration, body.mapping),
);
