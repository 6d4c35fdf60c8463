import { setApp } from '../../lib/contract/commands.ts';
import { handleCommand } from '../../lib/jobs/handle.ts';
import { setEnvironmentApp } from '../../lib/oauth/apps.ts';

export const handler = handleCommand(setApp, ({ provider, app }) => setEnvironmentApp(provider, app));
