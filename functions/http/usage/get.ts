import { getUsage } from '../../../lib/contract/operations/insight.ts';
import { handle } from '../../../lib/http/handle.ts';
import { usageFor } from '../../../lib/insight/usage.ts';

export const handler = handle(getUsage, ({ caller, query }) => usageFor(caller, query));
