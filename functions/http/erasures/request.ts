import { requestErasure } from '../../../lib/contract/operations/erasure.ts';
import { askForErasure } from '../../../lib/erasure/ask.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(requestErasure, async ({ caller, body }) => ({
  erasure: await askForErasure(caller, body.subject),
}));
