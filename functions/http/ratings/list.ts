import { listRatings } from '../../../lib/contract/operations/insight.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listRatingsFor } from '../../../lib/insight/ratings.ts';

export const handler = handle(listRatings, ({ caller }) => listRatingsFor(caller));
