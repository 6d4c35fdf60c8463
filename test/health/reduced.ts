import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import { linked } from '../security/company.ts';
import { type Caller, newId } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { aJiraSite, control } from '../support/standins.ts';

/** A Jira that was consented to in full and used, and of which less and less is granted. */
export const aReducedJira = async (admin: Caller, origin: string | undefined) => {
  const email = `${newId('ann')}@acme.example`;
  const site = await aJiraSite({ users: [{ displayName: 'Ann Lee', email }] }, origin);
  const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');
  const { id } = await consent(admin, { provider: 'jira', user: site.username, resources: [site.host] });
  const link = await linked(admin, id, users[1]?.accountId ?? '', newId('person'));
  const oauth = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    control<T>('jira', method, `oauth/${path}`, body, origin);
  return {
    ...link,
    integrationId: id as string,
    email,
    /** From the next refresh on, which the next use needs, no more than these are granted. */
    shrink: async (scopes: readonly string[]): Promise<void> => {
      const account = encodeURIComponent(site.username);
      const { families } = await oauth<{ families: FamilyView[] }>('GET', `families?account=${account}`);
      const family = families.at(-1)?.id;
      await oauth('PATCH', `families/${family}`, { scopes });
      await oauth('POST', 'expire', { family, what: 'access' });
    },
  };
};

/** How many calls a stand-in got, whomever they were for. */
export const callsAt = async (provider: string, origin: string | undefined): Promise<number> =>
  (await control<{ calls: unknown[] }>(provider, 'GET', 'calls', undefined, origin)).calls.length;
