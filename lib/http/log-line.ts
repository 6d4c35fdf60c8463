import { asAppError } from '../errors/error.ts';
import { describeError, log } from '../log/log.ts';
import { currentMeter } from '../log/meter.ts';
import type { Invocation, Middleware } from './invocation.ts';

const line = ({ operation, requestId, caller, startedAt }: Invocation, status: number | null) => ({
  operation: operation.id,
  requestId,
  organization: caller?.organizationId ?? null,
  user: caller?.userId ?? null,
  status,
  ms: Math.round(performance.now() - startedAt),
  calls: currentMeter(),
});

/** One line a call: who, what, how it ended, how long, and what it asked of others. */
export const logLine: Middleware = {
  after: ({ event, response }) => {
    log('info', 'answered', line(event, response?.statusCode ?? null));
  },
  onError: ({ event, response, error }) => {
    const { code, status } = asAppError(error);
    const ours = status >= 500 || !event.operation;
    log(ours ? 'error' : 'info', 'refused', {
      ...line(event, response?.statusCode ?? null),
      code,
      ...(ours && { error: describeError(error) }),
    });
  },
};
