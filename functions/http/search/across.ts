import { searchAcross as operation } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { searchAcross } from '../../../lib/integrations/search-across.ts';

export const handler = handle(operation, ({ caller, body }) => searchAcross(caller, body));
