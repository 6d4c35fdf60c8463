import { openApi } from '../lib/contract/openapi.ts';

/** `npm run openapi`: the contract as a file, on standard output. */
process.stdout.write(`${JSON.stringify(openApi(), null, 2)}\n`);
