import { withdrawConsent } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { withdraw } from '../../../lib/integrations/reset.ts';

export const handler = handle(withdrawConsent, ({ caller, integration }) => withdraw(caller, integration));
