import { readExport } from '../../../lib/contract/operations/erasure.ts';
import { exportFor } from '../../../lib/erasure/export.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(readExport, ({ caller, query }) => exportFor(caller, query));
