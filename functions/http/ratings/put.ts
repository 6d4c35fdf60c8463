import { putRating } from '../../../lib/contract/operations/insight.ts';
import { handle } from '../../../lib/http/handle.ts';
import { rate } from '../../../lib/insight/ratings.ts';

export const handler = handle(putRating, ({ caller, params, body }) => rate(caller, params.id, body));
