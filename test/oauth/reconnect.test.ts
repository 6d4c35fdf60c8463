import { describe, expect, inject, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, type Person, wentThrough } from '../support/consent.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import { settled } from '../support/table.ts';
import { aPerson, liveFamilies, type Provider, providers, tokenCalls } from './people.ts';

/** Connecting again in place: by whom, to what, and what stays. */

const cloud = inject('cloud');

const connection = async (provider: Provider, admin: Caller = caller()) => {
  const person = await aPerson(provider);
  return { admin, person, before: await consent(admin, { provider, ...person, more: { name: newId('n') } }) };
};
const again = async (admin: Caller, id: string, person: Person) =>
  complete(admin, await wentThrough(await beginAgain(admin, id), person));

/** A person of GitHub, linked. */
const linked = async (admin: Caller, integrationId: string, login: string): Promise<string> => {
  const entity = { type: 'Person', id: newId('person') };
  const external = { type: 'person', id: login };
  const { status, body } = await admin.post('/links', { entity, integrationId, external });
  if (status !== 201) throw new Error(`link: ${status}`);
  return body.link.id as string;
};

describe.each(providers)('%s', (provider) => {
  it('connected again keeps id, name and account, and has new tokens', async () => {
    const { admin, person, before } = await connection(provider);

    const reply = await again(admin, before.id, person);

    const { id, name, account, settings, createdAt, createdBy } = before;
    expect(reply.status).toBe(201);
    expect(reply.body.integration).toMatchObject({
      ...{ id, name, account, settings, createdAt, createdBy },
      status: 'active',
      version: before.version + 1,
    });
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([reply.body.integration]);
    expect((await admin.post(`/integrations/${id}/test`)).body).toMatchObject({ ok: true });
    expect(await tokenCalls(provider, person)).toHaveLength(2);
    expect((await admin.get('/audit?action=integration.reconnected')).body.events).toMatchObject([
      { actor: admin.userId, target: id, outcome: 'ok' },
    ]);
  });

  it('cannot be connected again to another account, and stays as it was', async () => {
    const { admin, before } = await connection(provider);
    const other = await aPerson(provider);
    const stood = await footprint(admin);

    const reply = await again(admin, before.id, other);

    expectProblem(reply, 409, 'different_account');
    const stands = await footprint(admin);
    expect({ listed: stands.listed, rows: stands.rows }).toEqual({ listed: stood.listed, rows: stood.rows });
    expect((await admin.post(`/integrations/${before.id}/test`)).body).toMatchObject({ ok: true });
  });

  it('reset has to be set up, and then takes any account under its old id', async () => {
    const { admin, before } = await connection(provider);

    const { body: reset } = await admin.post(`/integrations/${before.id}/reset`);
    const refused = await admin.post(`/integrations/${before.id}/search`, { query: 'ada' });
    const { body: consents } = await admin.get('/consents');
    const other = await aPerson(provider);
    const after = await consentAgain(admin, before.id, other);

    expect(reset.integration).toMatchObject({ id: before.id, name: before.name, status: 'needs_setup' });
    expect(reset.integration).toMatchObject({ settings: {}, secrets: {} });
    expect(reset.integration).not.toHaveProperty('account');
    expect(reset.integration).not.toHaveProperty('grantedScopes');
    expectProblem(refused, 409, 'needs_setup');
    expect(consents).toEqual({ consents: [] });
    expect(after).toMatchObject({ id: before.id, name: before.name, status: 'active' });
    expect(after.account.id).not.toBe(before.account.id);
    expect((await admin.post(`/integrations/${before.id}/test`)).body).toMatchObject({ ok: true });
  });

  it('whose grant the person ended needs a new consent, and then works again', async () => {
    const { admin, person, before } = await connection(provider);
    await control(provider, 'POST', 'oauth/grants/revoke', { account: person.user });
    // An access token that outlives its grant still has to expire.
    const [family] = (
      await control<{ families: { id: string }[] }>(
        provider,
        'GET',
        `oauth/families?account=${encodeURIComponent(person.user)}`,
      )
    ).families;
    await control(provider, 'POST', 'oauth/expire', { family: family?.id, what: 'access' });

    const { body: tested } = await admin.post(`/integrations/${before.id}/test`);
    const { body: broken } = await admin.get(`/integrations/${before.id}`);
    const after = await consentAgain(admin, before.id, person);

    expect(tested).toMatchObject({ ok: false });
    expect(broken.integration).toMatchObject({ status: 'needs_reauth' });
    expect(after).toMatchObject({ id: before.id, status: 'active', health: { state: 'healthy' } });
    expect((await admin.post(`/integrations/${before.id}/test`)).body).toMatchObject({ ok: true });
  });

  it('is already connected to an account, for this owner, and can be connected for others', async () => {
    const { admin, person, before } = await connection(provider);
    const colleague = caller({ organizationId: admin.organizationId });
    const once = { provider, scope: 'organization', ...person } as const;

    await expect(consent(admin, once)).rejects.toThrow(/409.*already_connected/);
    await expect(consent(colleague, once)).rejects.toThrow(/409.*already_connected/);
    const own = await consent(colleague, { ...once, scope: 'user' });
    const elsewhere = await consent(caller(), once);

    expect(new Set([before.id, own.id, elsewhere.id]).size).toBe(3);
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([before]);
  });
});

describe('what hangs on an integration', () => {
  it('stays when it is connected again, and when it is reset', async () => {
    const { admin, person, before } = await connection('github');
    const link = await linked(admin, before.id, person.user);

    await consentAgain(admin, before.id, person);
    const kept = await admin.get(`/links/${link}`);
    await admin.post(`/integrations/${before.id}/reset`);
    const still = await admin.get(`/links/${link}`);
    await consentAgain(admin, before.id, person);
    const refreshed = await admin.post(`/links/${link}/refresh`);

    for (const reply of [kept, still, refreshed])
      expect(reply).toMatchObject({ status: 200, body: { link: { id: link, state: 'ok' } } });
  });
});

describe('the account of an integration that was reset', () => {
  it('may be connected anew, and then not by the old one any more', async () => {
    const { admin, person, before } = await connection('google_calendar');
    await admin.post(`/integrations/${before.id}/reset`);
    const anew = await consent(admin, { provider: 'google_calendar', ...person });

    expectProblem(await again(admin, before.id, person), 409, 'already_connected');

    expect(anew.id).not.toBe(before.id);
    expect((await admin.get(`/integrations/${before.id}`)).body.integration.status).toBe('needs_setup');
    expect((await admin.post(`/integrations/${anew.id}/test`)).body).toMatchObject({ ok: true });
  });
});

describe('a token that was typed in', () => {
  it('may give way to a consent of the same account, and the other way round', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const typed = await connectedGithub(admin, account);

    const consented = await consentAgain(admin, typed.id, { user: account.login });
    const back = await admin.post(`/integrations/${typed.id}/reconnect`, {
      auth: 'api_token',
      ...account.connection,
    });
    await settled(cloud);

    expect(consented).toMatchObject({ id: typed.id, auth: 'oauth2', secrets: {}, account: typed.account });
    expect(back).toMatchObject({ status: 201, body: { integration: { id: typed.id, auth: 'api_token' } } });
    expect(back.body.integration).not.toHaveProperty('grantedScopes');
    expect((await admin.get('/consents')).body.consents).toEqual([]);
    expect(await liveFamilies('github', { user: account.login })).toBe(0);
  });
});

describe('ten consents for one integration', () => {
  it('completed at once leave one in use, and end the tokens of the others', async () => {
    const { admin, person, before } = await connection('github');
    const backs = await Promise.all(
      Array.from({ length: 9 }, async () => wentThrough(await beginAgain(admin, before.id), person)),
    );

    const replies = await Promise.all(backs.map((back) => complete(admin, back)));
    await settled(cloud);

    for (const reply of replies) if (reply.status !== 201) expectProblem(reply, 409, 'stale_version');
    expect(replies.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect((await admin.post(`/integrations/${before.id}/test`)).body).toMatchObject({ ok: true });
    expect(await liveFamilies('github', person)).toBe(1);
  });
});

describe('a disabled integration', () => {
  it('stays disabled when it is connected again', async () => {
    const { admin, person, before } = await connection('github');
    await admin.patch(`/integrations/${before.id}`, { enabled: false, version: before.version });

    const after = await consentAgain(admin, before.id, person);

    expect(after).toMatchObject({ status: 'disabled', enabled: false });
  });
});
