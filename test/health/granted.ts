import type { Caller } from '../support/api.ts';
import type { Provider } from './accounts.ts';
import { shown } from './seen.ts';

/** What each provider grants, in part and in full, and how a holder sees it. */

export const calendar = 'https://www.googleapis.com/auth/calendar.readonly';
export type Case = {
  provider: Provider;
  /** All there is to grant, as a holder sees it. */
  all: string[];
  /** What the person leaves ticked, and what a holder sees of it. */
  some: string[];
  shownSome: string[];
  /** A type that then cannot be searched, and the scope that it takes. */
  type: string;
  needs: string;
};
export const cases: Case[] = [
  {
    provider: 'jira',
    all: ['offline_access', 'read:jira-user', 'read:jira-work'],
    some: ['read:jira-user', 'offline_access'],
    shownSome: ['offline_access', 'read:jira-user'],
    type: 'issue',
    needs: 'read:jira-work',
  },
  {
    provider: 'github',
    all: ['read:org', 'read:user', 'repo', 'user:email'],
    some: ['read:user', 'user:email', 'read:org'],
    shownSome: ['read:org', 'read:user', 'user:email'],
    type: 'pull_request',
    needs: 'repo',
  },
  {
    provider: 'google_calendar',
    all: ['email', calendar, 'openid'],
    some: ['openid', 'email'],
    shownSome: ['email', 'openid'],
    type: 'event',
    needs: calendar,
  },
  {
    provider: 'microsoft_outlook',
    all: ['Calendars.Read', 'User.Read', 'email', 'openid', 'profile'],
    some: ['User.Read', 'openid', 'profile', 'email', 'offline_access'],
    shownSome: ['User.Read', 'email', 'openid', 'profile'],
    type: 'event',
    needs: 'Calendars.Read',
  },
];

export const find = (who: Caller, id: string, type: string) =>
  who.post(`/integrations/${id}/search`, { type, query: 'a' });
/** What a holder sees; whether a provider names `offline_access` among the rest is its own affair. */
export const grantedOf = async (who: Caller, id: string): Promise<string[]> =>
  ((await shown(who, id)).grantedScopes as string[]).filter((scope) => scope !== 'offline_access').toSorted();
export const without = (scopes: readonly string[]): string[] =>
  scopes.filter((scope) => scope !== 'offline_access').toSorted();
