import { previewMapping } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { previewOf } from '../../../lib/sync/mapping.ts';

export const handler = handle(previewMapping, ({ caller, integration, body }) =>
  previewOf(caller, integration, body.mapping),
);
