import { previewMigration } from '../../../lib/contract/operations/migration.ts';
import { handle } from '../../../lib/http/handle.ts';
import { preview } from '../../../lib/migration/migrate.ts';

export const handler = handle(previewMigration, ({ caller, body }) => preview(caller, body));
