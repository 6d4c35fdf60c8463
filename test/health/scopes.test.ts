import { describe, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { type Account, anAccount, type Provider } from './accounts.ts';
import { changesOf, healthOf, shown } from './seen.ts';

/** What was granted is stored, held against what each call needs, and asked for where it is missing: just that. */

const calendar = 'https://www.googleapis.com/auth/calendar.readonly';
type Case = {
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
const cases: Case[] = [
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
    some: ['openid', 'https://www.googleapis.com/auth/userinfo.email'],
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

const find = (who: Caller, id: string, type: string) =>
  who.post(`/integrations/${id}/search`, { type, query: 'a' });
/** What a holder sees; whether a provider names `offline_access` among the rest is its own affair. */
const grantedOf = async (who: Caller, id: string): Promise<string[]> =>
  ((await shown(who, id)).grantedScopes as string[]).filter((scope) => scope !== 'offline_access').toSorted();
const without = (scopes: readonly string[]): string[] =>
  scopes.filter((scope) => scope !== 'offline_access').toSorted();

/** What a family's refresh answers with, from now on. */
const shrink = async (account: Account, scopes: string[]): Promise<void> => {
  const { id } = await account.newest();
  await account.oauth('PATCH', `families/${id}`, { scopes });
  await account.expire('access');
};

describe.each(cases)('a consent at $provider', ({ provider, all, some, shownSome, type, needs }) => {
  it('with everything granted says so, and nothing is missing', async () => {
    const admin = caller();
    const { id } = await consent(admin, await anAccount(provider));

    expect(await grantedOf(admin, id)).toEqual(without(all));
    expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy' });
    expect((await find(admin, id, type)).status).toBe(200);
  });

  it('with less granted connects, degraded; what is missing is refused before the provider is asked', async () => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, { ...account, scopes: some });

    const refused = await find(admin, id, type);
    const tested = await admin.post(`/integrations/${id}/test`);

    expect(await grantedOf(admin, id)).toEqual(without(shownSome));
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'missing_scope' } });
    expect(refused.body.consent).toEqual({ scopes: [needs], reconnect: `/integrations/${id}/reconnect` });
    expect(tested.body.ok).toBe(true);
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
  });

  it('for what is missing asks for that and what there was, and then it works', async () => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, { ...account, scopes: some });
    const { scopes, reconnect } = (await find(admin, id, type)).body.consent;

    const begun = await admin.post(reconnect, { auth: 'oauth2', scopes });
    const { attempt } = begun.body;
    const asked = attempt.scopes.map(({ scope }: { scope: string }) => scope);
    const completed = await complete(admin, await wentThrough(attempt, account));

    expect(begun.status).toBe(202);
    expect(without(asked)).toEqual(without([...shownSome, needs]));
    expect(new URL(attempt.authorizationUrl).searchParams.get('scope')?.split(' ')).toEqual(asked);
    expect(completed).toMatchObject({ status: 201, body: { integration: { id, status: 'active' } } });
    expect(await grantedOf(admin, id)).toEqual(without(all));
    expect((await find(admin, id, type)).status).toBe(200);
    const health = await healthOf(admin, id);
    expect(health).toMatchObject({ state: 'healthy' });
    expect(health).not.toHaveProperty('cause');
  });
});

describe('a consent for one of two scopes that are missing', () => {
  it('asks for that one alone; the other is missing still', async () => {
    const admin = caller();
    const account = await anAccount('github');
    const { id } = await consent(admin, { ...account, scopes: ['read:user', 'user:email'] });

    await consentAgain(admin, id, account, { scopes: ['repo'] });

    expect(await grantedOf(admin, id)).toEqual(['read:user', 'repo', 'user:email']);
    expect((await find(admin, id, 'pull_request')).status).toBe(200);
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
  });

  it('is for scopes the provider has: any other is named', async () => {
    const admin = caller();
    const { id } = await consent(admin, await anAccount('github'));

    const refused = await admin.post(`/integrations/${id}/reconnect`, {
      auth: 'oauth2',
      scopes: ['repo', 'delete_repo'],
    });

    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(refused.body.errors[0].path).toBe('scopes.1');
  });

  it('is everything again where no scope is named', async () => {
    const admin = caller();
    const { id } = await consent(admin, { ...(await anAccount('github')), scopes: ['read:user'] });

    const { scopes } = await beginAgain(admin, id);

    expect(scopes.map(({ scope }) => scope)).toEqual(['read:user', 'user:email', 'repo', 'read:org']);
  });
});

const refreshing = cases.filter(({ provider }) => provider !== 'github');

describe.each(refreshing)('a refresh at $provider', ({ provider, all, some, shownSome, type, needs }) => {
  it('that brings fewer scopes is recorded, told once, and refuses what is missing from then on', async () => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, account);
    await shrink(account, some);

    await admin.post(`/integrations/${id}/test`);
    const refused = await find(admin, id, type);

    expect(await grantedOf(admin, id)).toEqual(without(shownSome));
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'missing_scope' } });
    expect(refused.body.consent.scopes).toEqual([needs]);
    expect(await changesOf(admin, id)).toEqual([{ from: 'active', to: 'active', cause: 'missing_scope' }]);
  });

  it('that does not say which scopes it brings leaves them as they were', async () => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, account);
    await account.oauth('POST', 'policy', { account: account.user, policy: { scopeInAnswer: false } });
    await account.expire('access');

    const found = await find(admin, id, type);

    expect(found.status).toBe(200);
    expect(await grantedOf(admin, id)).toEqual(without(all));
    expect(await changesOf(admin, id)).toEqual([]);
  });
});

describe('a scope that includes another', () => {
  it('is as good as that one', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    const wide = 'https://www.googleapis.com/auth/calendar';
    await shrink(account, ['openid', 'https://www.googleapis.com/auth/userinfo.email', wide]);

    const found = await find(admin, id, 'event');

    expect(found.status).toBe(200);
    expect(await grantedOf(admin, id)).toEqual(['email', wide, 'openid']);
    expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy' });
    expect(await changesOf(admin, id)).toEqual([]);
  });
});
