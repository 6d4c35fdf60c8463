import { previewMapping as operation } from '../../../lib/contract/operations/sync.ts';
import { handle } from '../../../lib/http/handle.ts';
import { previewMapping } from '../../../lib/sync/mapping.ts';

export const handler = handle(operation, ({ caller, integration, body }) =>
  previewMapping(caller, integration, body.mapping),
);
