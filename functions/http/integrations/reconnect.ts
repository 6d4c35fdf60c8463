import { reconnect } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { reconnectIntegration } from '../../../lib/integrations/reconnect.ts';

export const handler = handle(reconnect, ({ caller, integration, body }) =>
  reconnectIntegration(caller, integration, body),
);
