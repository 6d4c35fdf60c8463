import { search } from '../../../lib/contract/operations/use.ts';
import { handle } from '../../../lib/http/handle.ts';
import { searchIn } from '../../../lib/integrations/search.ts';

export const handler = handle(search, ({ caller, params, body }) => searchIn(caller, params.id, body));
