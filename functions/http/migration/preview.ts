import { previewMigration } from '../../../lib/contract/operations/migration.ts';
import { handle } from '../../../lib/http/handle.ts';
import { preview } from '../../../lib/migration/preview.ts';

export const handler = handle(previewMigration, ({ caller, body }) => preview(caller, body));
