import { describe, expect, inject, it } from 'vitest';
import { partition, rowsOf } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, company } from '../support/api.ts';
import { consent, consentAgain } from '../support/consent.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { settled } from '../support/table.ts';
import { aPerson, liveFamilies, type Provider, providers } from './people.ts';

/** Who consented to what, and what a withdrawal ends. */

const cloud = inject('cloud');

const consentsOf = async (who: Caller): Promise<{ id: string; userId: string; at: string }[]> =>
  (await who.get('/consents')).body.consents;

const actionsOf = async (admin: Caller): Promise<string[]> =>
  (await admin.get('/audit')).body.events.map(({ action }: { action: string }) => action);

/** How the end of the tokens went, from the event that tells it. */
const endOf = async ({ organizationId }: Caller): Promise<unknown> => {
  const month = new Date().toISOString().slice(0, 7);
  const events = await partition(`ORG#${organizationId}#EVT#${month}`);
  return events.find(({ action }) => action === 'tokens.revoked')?.['detail'];
};

const nobodyElse = { outcome: 'revoked', reason: null };
const noWay = { outcome: 'forgotten', reason: 'the provider offers no revocation' };
const ends: Record<Provider, { live: number; detail: object }> = {
  jira: { live: 1, detail: noWay },
  github: { live: 0, detail: nobodyElse },
  google_calendar: { live: 0, detail: nobodyElse },
  microsoft_outlook: { live: 1, detail: noWay },
};

describe.each(providers)('a consent at %s', (provider) => {
  it('withdrawn disables the integration, forgets the tokens, and ends them where that can be', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const { id } = await consent(admin, { provider, ...person });

    const reply = await admin.delete(`/consents/${id}`);
    const used = await admin.post(`/integrations/${id}/search`, { query: 'x' });
    await settled(cloud);

    expect(reply.status).toBe(204);
    expectProblem(used, 409, 'integration_disabled');
    expect(await consentsOf(admin)).toEqual([]);
    const { body } = await admin.get(`/integrations/${id}`);
    expect(body.integration).toMatchObject({ status: 'disabled', enabled: false });
    expect(body.integration).not.toHaveProperty('grantedScopes');
    expect((await admin.get(`/integrations/${id}/health`)).body.cause).toBe('consent_withdrawn');
    const credential = (await rowsOf(admin)).find(({ sk }) => sk === `CRED#${id}`);
    expect(credential).toMatchObject({ tokens: null, sealed: null, retired: [] });
    expect(await liveFamilies(provider, person)).toBe(ends[provider].live);
    expect(await endOf(admin)).toEqual(ends[provider].detail);
    expect((await actionsOf(admin)).toSorted()).toEqual(
      ['consent.withdrawn', 'integration.created', 'oauth.started', 'tokens.revoked'].toSorted(),
    );
  });

  it('withdrawn can be given again, for the same integration', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const { id } = await consent(admin, { provider, ...person });
    await admin.delete(`/consents/${id}`);
    await settled(cloud);

    const after = await consentAgain(admin, id, person);

    expect(after).toMatchObject({ id, status: 'active', enabled: true, health: { state: 'healthy' } });
    expect(await consentsOf(admin)).toMatchObject([{ id }]);
    expect((await admin.post(`/integrations/${id}/test`)).body).toMatchObject({ ok: true });
  });

  it('withdrawn cannot be switched on again without another consent', async () => {
    const admin = caller();
    const { id } = await consent(admin, { provider, ...(await aPerson(provider)) });
    await admin.delete(`/consents/${id}`);
    const { version } = (await admin.get(`/integrations/${id}`)).body.integration;

    await admin.patch(`/integrations/${id}`, { enabled: true, version });
    const used = await admin.post(`/integrations/${id}/search`, { query: 'x' });

    expectProblem(used, 409, 'needs_reauth');
  });
});

describe('the tokens of a withdrawn consent', () => {
  it('are forgotten, not ended, where another integration lives by the same account and app', async () => {
    const admin = caller();
    const member = caller({ organizationId: admin.organizationId, role: 'member' });
    const person = await aPerson('google_calendar');
    const { id } = await consent(admin, { provider: 'google_calendar', ...person });
    const own = await consent(member, { provider: 'google_calendar', scope: 'user', ...person });

    await admin.delete(`/consents/${id}`);
    await settled(cloud);
    const stillWorks = await member.post(`/integrations/${own.id}/test`);
    await member.delete(`/consents/${own.id}`);
    await settled(cloud);

    expect(stillWorks.body).toMatchObject({ ok: true });
    expect(await endOf(admin)).toEqual({
      outcome: 'forgotten',
      reason: 'other integrations use the same account',
    });
    expect(await liveFamilies('google_calendar', person)).toBe(0);
  });
});

describe('a list of consents', () => {
  it('holds one’s own, and for admins the organisation’s, newest first', async () => {
    const { admin, member, other } = company();
    const shared = await consent(admin, { provider: 'github', ...(await aPerson('github')) });
    const own = await consent(member, { provider: 'github', scope: 'user', ...(await aPerson('github')) });
    const admins = await consent(admin, { provider: 'jira', scope: 'user', ...(await aPerson('jira')) });
    const idsOf = async (who: Caller) => (await consentsOf(who)).map(({ id }) => id);

    expect(await idsOf(admin)).toEqual([admins.id, shared.id]);
    expect(await idsOf(member)).toEqual([own.id]);
    expect(await idsOf(other)).toEqual([shared.id]);
    expect(await idsOf(caller())).toEqual([]);
  });

  it('tells who consented last', async () => {
    const { admin, other } = company();
    const person = await aPerson('github');
    const { id } = await consent(admin, { provider: 'github', ...person });
    const [first] = await consentsOf(admin);

    await consentAgain(other, id, person);

    const [last, ...more] = await consentsOf(admin);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ id, userId: admin.userId });
    expect(last).toMatchObject({ id, userId: other.userId });
    expect(Date.parse(last?.at ?? '')).toBeGreaterThan(Date.parse(first?.at ?? ''));
  });

  it('loses a consent with its integration, and has none of what was typed in', async () => {
    const admin = caller();
    const { id } = await consent(admin, { provider: 'github', ...(await aPerson('github')) });
    const typed = await connectedGithub(admin, await aGithubAccount());

    await admin.delete(`/integrations/${id}`);
    await settled(cloud);

    expect(await consentsOf(admin)).toEqual([]);
    expectProblem(await admin.delete(`/consents/${id}`), 404, 'not_found');
    expectProblem(await admin.delete(`/consents/${typed.id}`), 404, 'not_found');
    expect((await admin.get(`/integrations/${typed.id}`)).body.integration.status).toBe('active');
  });

  it('loses a consent once: a second withdrawal finds none', async () => {
    const admin = caller();
    const { id } = await consent(admin, { provider: 'github', ...(await aPerson('github')) });

    const statuses = [await admin.delete(`/consents/${id}`), await admin.delete(`/consents/${id}`)].map(
      ({ status }) => status,
    );

    expect(statuses).toEqual([204, 404]);
  });
});
