import { describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { anAccount } from './accounts.ts';
import { cases, find, grantedOf, without } from './granted.ts';
import { healthOf } from './seen.ts';

/** What was granted is stored, held against what each call needs, and asked for where it is missing: just that. */

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
