import { rotateKeys } from '../../lib/contract/commands.ts';
import { handleCommand } from '../../lib/jobs/handle.ts';
import { beginRotation } from '../../lib/rotation/begin.ts';

export const handler = handleCommand(rotateKeys, beginRotation);
