import { list } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listFor } from '../../../lib/integrations/list.ts';

export const handler = handle(list, ({ caller, query }) => listFor(caller, query));
