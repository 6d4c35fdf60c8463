import { setSecret } from '../../lib/contract/commands.ts';
import { setEnvironmentSecret } from '../../lib/environment/secrets.ts';
import { handleCommand } from '../../lib/jobs/handle.ts';

export const handler = handleCommand(setSecret, ({ name, value }) => setEnvironmentSecret(name, value));
