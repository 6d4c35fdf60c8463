import { putApp } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { setOwnApp, showApp } from '../../../lib/oauth/apps.ts';

export const handler = handle(putApp, async ({ caller, params, body }) => {
  await setOwnApp(caller, params.provider, body);
  return { app: await showApp(caller.organizationId, params.provider) };
});
