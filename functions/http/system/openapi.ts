import { openapi } from '../../../lib/contract/operations/system.ts';
import { handle } from '../../../lib/http/handle.ts';

/** Made with the first call: it takes every schema there is, which no start should wait for. */
const make = async () => (await import('../../../lib/contract/openapi.ts')).openApi();
let document: ReturnType<typeof make> | null = null;

export const handler = handle(openapi, () => {
  document ??= make();
  return document;
});
