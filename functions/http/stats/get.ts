import { getStats } from '../../../lib/contract/operations/insight.ts';
import { handle } from '../../../lib/http/handle.ts';
import { statsFor } from '../../../lib/insight/stats.ts';

export const handler = handle(getStats, ({ caller }) => statsFor(caller));
