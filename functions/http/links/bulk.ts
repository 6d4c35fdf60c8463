import { linkPersons } from '../../../lib/contract/operations/links.ts';
import { handle } from '../../../lib/http/handle.ts';
import { linkManyPersons } from '../../../lib/links/bulk.ts';

export const handler = handle(linkPersons, async ({ caller, body, call }) => ({
  results: await linkManyPersons(caller, body, call),
}));
