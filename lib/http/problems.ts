import { asAppError } from '../errors/error.ts';
import { problem } from './answer.ts';
import type { Middleware } from './invocation.ts';

/** Whatever is thrown becomes a problem document. */
export const problems: Middleware = {
  onError: (request) => {
    request.response = problem(asAppError(request.error), request.event.requestId);
  },
};
