import { getRecommendations } from '../../../lib/contract/operations/insight.ts';
import { handle } from '../../../lib/http/handle.ts';
import { recommendationsFor } from '../../../lib/insight/recommend.ts';

export const handler = handle(getRecommendations, ({ caller }) => recommendationsFor(caller));
