import { randomBytes } from 'node:crypto';
import type { TokenCall } from '../../infra/local/standins/oauth/types.ts';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import { type Caller, newId } from '../support/api.ts';
import type { Person } from '../support/consent.ts';
import { plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, control } from '../support/standins.ts';

/** People and OAuth apps at the stand-ins that no other test knows, and what the stand-ins saw of them. */

export const providers = ['jira', 'github', 'google_calendar', 'microsoft_outlook'] as const;
export type Provider = (typeof providers)[number];

const address = (): string => `p-${randomBytes(4).toString('hex')}@acme.example`;

const people: Record<Provider, (origin?: string) => Promise<Person>> = {
  jira: async (origin) => {
    const email = address();
    const { host } = await aJiraSite({ users: [{ displayName: 'Ada', email }] }, origin);
    return { user: email, resources: [host] };
  },
  github: async (origin) => {
    const { login } = await aGithubAccount({ name: 'Ada' }, [], origin);
    return { user: login };
  },
  google_calendar: async (origin) => {
    const email = address();
    await control('google_calendar', 'POST', 'users', { email }, origin);
    return { user: email };
  },
  microsoft_outlook: async (origin) => {
    const userPrincipalName = address();
    await control('microsoft_outlook', 'POST', 'users', { userPrincipalName }, origin);
    return { user: userPrincipalName };
  },
};

/** Somebody with an account at the provider; with one site, where there are sites. */
export const aPerson = (provider: Provider, origin?: string): Promise<Person> => people[provider](origin);

/** What the token endpoint was asked for this person. */
export const tokenCalls = async (provider: string, { user }: Person, origin?: string): Promise<TokenCall[]> =>
  (
    await control<{ calls: TokenCall[] }>(
      provider,
      'GET',
      `oauth/calls?account=${encodeURIComponent(user)}`,
      undefined,
      origin,
    )
  ).calls;

/** The tokens this person's consents brought, each family with whether it works. */
export const families = async (provider: string, { user }: Person): Promise<FamilyView[]> =>
  (
    await control<{ families: FamilyView[] }>(
      provider,
      'GET',
      `oauth/families?account=${encodeURIComponent(user)}`,
    )
  ).families;

export const liveFamilies = async (provider: string, person: Person): Promise<number> =>
  (await families(provider, person)).filter(({ state }) => state === 'live').length;

/** What happens to the next token call for this person. */
export const tokenFault = (
  provider: string,
  { user }: Person,
  act: object,
  when: 'before' | 'after' = 'before',
): Promise<unknown> => control(provider, 'POST', 'oauth/faults', { match: { account: user }, when, act });

export type App = { clientId: string; clientSecret: string };

/** An app that is registered at the stand-in, for any local port. */
export const anApp = async (provider: string, origin?: string): Promise<App> => {
  const app = { clientId: newId('app'), clientSecret: plantedSecret('app') };
  const redirectPatterns = [`http://127\\.0\\.0\\.1:\\d+/api/v1/oauth/callback/${provider}`];
  const client = { id: app.clientId, secret: app.clientSecret, redirectPatterns };
  await control(provider, 'POST', 'oauth/clients', client, origin);
  return app;
};

/** An organisation with an app of its own. */
export const withOwnApp = async (admin: Caller, provider: string, origin?: string): Promise<App> => {
  const app = await anApp(provider, origin);
  const reply = await admin.put(`/providers/${provider}/app`, app);
  if (reply.status !== 200) throw new Error(`app: ${reply.status} ${reply.text}`);
  return app;
};
