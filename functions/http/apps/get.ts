import { getApp } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { showApp } from '../../../lib/oauth/apps.ts';

export const handler = handle(getApp, async ({ caller, params }) => ({
  app: await showApp(caller.organizationId, params.provider),
}));
