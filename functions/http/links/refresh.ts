import { refreshLink } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { refreshLinkOf } from '../../../lib/links/refresh.ts';

export const handler = handle(refreshLink, async ({ caller, params }) => ({
  link: await refreshLinkOf(caller, params.id),
}));
