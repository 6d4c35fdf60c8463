import { describe, expect, inject, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { settled } from '../support/table.ts';
import { aPerson, liveFamilies, type Provider, tokenCalls } from './people.ts';

/** What else becomes of an integration that is connected again: its links, its old account, its old tokens. */

const cloud = inject('cloud');

const connection = async (provider: Provider) => {
  const admin = caller();
  const person = await aPerson(provider);
  return { admin, person, before: await consent(admin, { provider, ...person }) };
};

/** A person of GitHub, linked. */
const linked = async (admin: Caller, integrationId: string, login: string): Promise<string> => {
  const entity = { type: 'Person', id: newId('person') };
  const external = { type: 'person', id: login };
  const { status, body } = await admin.post('/links', { entity, integrationId, external });
  if (status !== 201) throw new Error(`link: ${status}`);
  return body.link.id as string;
};

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
    // Ending its tokens ends all of the account's at Google.
    await settled(cloud);
    const anew = await consent(admin, { provider: 'google_calendar', ...person });

    const back = await wentThrough(await beginAgain(admin, before.id), person);
    expectProblem(await complete(admin, back), 409, 'already_connected');

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

describe('an integration that is deleted while somebody consents', () => {
  it('is not brought back, and its code not exchanged', async () => {
    const { admin, person, before } = await connection('github');
    const back = await wentThrough(await beginAgain(admin, before.id), person);
    await admin.delete(`/integrations/${before.id}`);

    expectProblem(await complete(admin, back), 404, 'not_found');

    expect(await tokenCalls('github', person)).toHaveLength(1);
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
  });
});
