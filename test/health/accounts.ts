import { randomBytes } from 'node:crypto';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import type { Consent } from '../support/consent.ts';
import { aJiraSite, control } from '../support/standins.ts';

/** An account of its own for each test, at each provider that knows consent, and what the provider knows of it. */

export const providers = ['jira', 'github', 'google_calendar', 'microsoft_outlook'] as const;
export type Provider = (typeof providers)[number];

const short = (): string => randomBytes(4).toString('hex');

type Made = Pick<Consent, 'user' | 'resources' | 'more'>;

const made: Record<Provider, () => Promise<Made>> = {
  jira: async () => {
    const { host, username } = await aJiraSite();
    return { user: username, resources: [host] };
  },
  github: async () => {
    const login = `t-${short()}`;
    await control('github', 'POST', 'users', { login, emails: [`${login}@acme.example`] }).catch(() =>
      control('github', 'POST', 'users', { login }),
    );
    return { user: login };
  },
  google_calendar: async () => {
    const user = `t-${short()}@acme.example`;
    await control('google_calendar', 'POST', 'users', { email: user });
    return { user, more: { settings: { calendarId: user } } };
  },
  microsoft_outlook: async () => {
    const user = `t-${short()}@acme.example`;
    await control('microsoft_outlook', 'POST', 'users', { userPrincipalName: user });
    return { user };
  },
};

export const anAccount = async (provider: Provider) => {
  const consent = await made[provider]();
  const oauth = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    control<T>(provider, method, `oauth/${path}`, body);
  const account = encodeURIComponent(consent.user);
  const families = async (): Promise<FamilyView[]> =>
    (await oauth<{ families: FamilyView[] }>('GET', `families?account=${account}`)).families;
  const newest = async (): Promise<FamilyView> => {
    const family = (await families()).at(-1);
    if (!family) throw new Error(`${consent.user} consented to nothing at ${provider}.`);
    return family;
  };
  return {
    provider,
    ...consent,
    oauth,
    /** Everything the account ever consented to, oldest first. */
    families,
    newest,
    /** Whether the tokens of each consent still work, oldest first. */
    alive: async (): Promise<boolean[]> =>
      (await families()).map(({ accessWorks, state }) => accessWorks || state === 'live'),
    /** Ends the newest tokens, or one kind of them, as time would. */
    expire: async (what: 'access' | 'refresh' | 'both') =>
      oauth('POST', 'expire', { family: (await newest()).id, what }),
    /** As when the person removes the app in the account's settings. */
    removeApp: () => oauth('POST', 'grants/revoke', { account: consent.user }),
    /** What the token endpoint does to the next calls for this account. */
    fault: (times: number, act: object, when: 'before' | 'after' = 'before') =>
      oauth('POST', 'faults', { match: { account: consent.user }, times, when, act }),
    /** The calls of the token endpoint for this account. */
    calls: async () =>
      (await oauth<{ calls: { grant: string; outcome: string | null }[] }>('GET', `calls?account=${account}`))
        .calls,
  };
};

export type Account = Awaited<ReturnType<typeof anAccount>>;
