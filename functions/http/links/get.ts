import { getLink } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { readLink } from '../../../lib/links/read.ts';
import { linkView } from '../../../lib/links/view.ts';

export const handler = handle(getLink, async ({ caller, params }) => {
  const { link, integration } = await readLink(caller, params.id);
  return { link: linkView(link, integration) };
});
