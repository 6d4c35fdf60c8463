import { listLinks } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { listLinksFor } from '../../../lib/links/read.ts';

export const handler = handle(listLinks, ({ caller, query }) => listLinksFor(caller, query));
