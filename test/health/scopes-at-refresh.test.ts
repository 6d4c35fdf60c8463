import { describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { type Account, anAccount } from './accounts.ts';
import { cases, find, grantedOf, without } from './granted.ts';
import { changesOf, healthOf } from './seen.ts';

/** What a refresh grants is what counts from then on. */

/** What a family's refresh answers with, from now on. */
const shrink = async (account: Account, scopes: string[]): Promise<void> => {
  const { id } = await account.newest();
  await account.oauth('PATCH', `families/${id}`, { scopes });
  await account.expire('access');
};

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

describe('a token that lacks a scope', () => {
  it.each(refreshing)('is refreshed at $provider all the same', async ({ provider, some, shownSome }) => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, { ...account, scopes: some });
    await account.expire('access');

    const tested = await admin.post(`/integrations/${id}/test`);

    expect(tested.body).toMatchObject({ ok: true });
    expect((await account.calls()).map(({ grant }) => grant)).toEqual([
      'authorization_code',
      'refresh_token',
    ]);
    expect(await grantedOf(admin, id)).toEqual(without(shownSome));
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
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
