import { listErasures } from '../../../lib/contract/operations/erasure.ts';
import { listErasuresFor } from '../../../lib/erasure/ask.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(listErasures, async ({ caller }) => ({
  erasures: await listErasuresFor(caller),
}));
