import { deleteLink } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { removeLink } from '../../../lib/links/remove.ts';

export const handler = handle(deleteLink, async ({ caller, params }) => {
  await removeLink(caller, params.id);
});
