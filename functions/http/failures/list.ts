import { listFailures } from '../../../lib/contract/operations/insight.ts';
import { listFailuresFor } from '../../../lib/failures/failures.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(listFailures, ({ caller }) => listFailuresFor(caller));
