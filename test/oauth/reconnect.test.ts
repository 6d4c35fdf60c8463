import { describe, expect, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, type Person, wentThrough } from '../support/consent.ts';
import { control } from '../support/standins.ts';
import { aPerson, families, type Provider, providers, tokenCalls } from './people.ts';

/** Connecting again in place: by whom, to what, and what stays. */

const connection = async (provider: Provider, admin: Caller = caller()) => {
  const person = await aPerson(provider);
  return { admin, person, before: await consent(admin, { provider, ...person, more: { name: newId('n') } }) };
};
const again = async (admin: Caller, id: string, person: Person) =>
  complete(admin, await wentThrough(await beginAgain(admin, id), person));

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
    const [family] = await families(provider, person);
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
