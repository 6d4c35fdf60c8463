import { openApi } from '../../../lib/contract/openapi.ts';
import { openapi } from '../../../lib/contract/operations/system.ts';
import { handle } from '../../../lib/http/handle.ts';

const document = openApi();

export const handler = handle(openapi, async () => document);
