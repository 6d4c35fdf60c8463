import { runMigration } from '../../../lib/contract/operations/migration.ts';
import { handle } from '../../../lib/http/handle.ts';
import { migrate } from '../../../lib/migration/migrate.ts';

export const handler = handle(runMigration, ({ caller, body }) => migrate(caller, body));
