import { migrationStatus } from '../../../lib/contract/operations/migration.ts';
import { handle } from '../../../lib/http/handle.ts';
import { statusFor } from '../../../lib/migration/status.ts';

export const handler = handle(migrationStatus, ({ caller }) => statusFor(caller));
