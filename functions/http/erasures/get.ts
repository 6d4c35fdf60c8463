import { getErasure } from '../../../lib/contract/operations/erasure.ts';
import { showErasure } from '../../../lib/erasure/ask.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(getErasure, async ({ caller, params }) => ({
  erasure: await showErasure(caller, params.id),
}));
