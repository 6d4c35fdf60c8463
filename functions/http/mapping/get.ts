import { getMapping } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { readMapping } from '../../../lib/sync/mapping.ts';

export const handler = handle(getMapping, ({ caller, integration }) => readMapping(caller, integration));
