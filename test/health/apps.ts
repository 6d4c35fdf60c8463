import { type Caller, newId } from '../support/api.ts';
import { plantedSecret } from '../support/secrets.ts';
import { control } from '../support/standins.ts';
import type { Provider } from './accounts.ts';

/** An OAuth app of the organisation's own, which no other test meets. */
export const anApp = async (admin: Caller, provider: Provider): Promise<{ clientId: string }> => {
  const [clientId, clientSecret] = [newId('app'), plantedSecret('app')];
  const redirectPattern = `http://127\\.0\\.0\\.1:\\d+/api/v1/oauth/callback/${provider}`;
  await control(provider, 'POST', 'oauth/clients', {
    id: clientId,
    secret: clientSecret,
    redirectPatterns: [redirectPattern],
  });
  const { status, text } = await admin.put(`/providers/${provider}/app`, { clientId, clientSecret });
  if (status !== 200) throw new Error(`The app was not set: ${status} ${text}`);
  return { clientId };
};
