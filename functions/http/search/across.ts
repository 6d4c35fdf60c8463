import { searchAcross } from '../../../lib/contract/operations/use.ts';
import { handle } from '../../../lib/http/handle.ts';
import { searchEverywhere } from '../../../lib/integrations/search-across.ts';

export const handler = handle(searchAcross, ({ caller, body }) => searchEverywhere(caller, body));
