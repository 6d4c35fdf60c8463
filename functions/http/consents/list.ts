import { listConsents } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listConsentsFor } from '../../../lib/oauth/consents.ts';

export const handler = handle(listConsents, async ({ caller }) => ({
  consents: await listConsentsFor(caller),
}));
