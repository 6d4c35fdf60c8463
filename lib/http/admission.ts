import { AppError } from '../errors/error.ts';
import { heldIntegration } from '../integrations/read.ts';
import { callerFrom } from './caller.ts';
import type { Middleware } from './invocation.ts';

/** Who calls, and whether they may; a rule nobody thought of is refused. */
export const admission: Middleware = {
  before: async ({ event: invocation }) => {
    const { access } = invocation.operation;
    if (access.by === 'public' || access.by === 'signature') return;
    if (access.by !== 'session') throw new AppError('forbidden', 'This operation has no rule for you.');

    const caller = callerFrom(invocation.event.requestContext.authorizer?.jwt.claims);
    invocation.caller = caller;
    if (access.role === 'member') return;
    if (access.role === 'holder') {
      const { id } = invocation.params as { id: string };
      invocation.integration = await heldIntegration(caller, id);
      return;
    }
    if (access.role !== 'admin' || caller.role !== 'admin')
      throw new AppError('forbidden', 'Only admins of the organisation may do this.');
  },
};
