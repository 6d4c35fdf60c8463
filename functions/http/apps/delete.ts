import { deleteApp } from '../../../lib/contract/operations/oauth.ts';
import { handle } from '../../../lib/http/handle.ts';
import { deleteOwnApp } from '../../../lib/oauth/apps.ts';

export const handler = handle(deleteApp, ({ caller, params }) => deleteOwnApp(caller, params.provider));
