import { createLink } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { makeLink } from '../../../lib/links/create.ts';

export const handler = handle(createLink, ({ caller, body, call }) => makeLink(caller, body, call));
