import { connect } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { connectProvider } from '../../../lib/integrations/connect.ts';

export const handler = handle(connect, ({ caller, body, call }) => connectProvider(caller, body, call));
