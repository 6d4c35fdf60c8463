import { listProviders } from '../../../lib/contract/operations/providers.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listCatalogue } from '../../../lib/integrations/catalogue.ts';

export const handler = handle(listProviders, ({ caller, query }) => listCatalogue(caller, query));
