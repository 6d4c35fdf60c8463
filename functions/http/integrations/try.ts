import { tryConnection } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { tryCredentials } from '../../../lib/integrations/dry-run.ts';

export const handler = handle(tryConnection, ({ caller, body }) => tryCredentials(caller, body));
