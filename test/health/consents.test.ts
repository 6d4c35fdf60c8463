import { describe, expect, it } from 'vitest';
import { moment } from '../integrations/told.ts';
import { caller, company } from '../support/api.ts';
import { consent, consentAgain } from '../support/consent.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { anAccount } from './accounts.ts';
import { eventsOf, healthOf, search, settled, shown } from './seen.ts';

/** Consents: who gave which, when; and their withdrawal, which ends use at once. */

const consentsOf = async (who: ReturnType<typeof caller>) => (await who.get('/consents')).body.consents;

describe('a consent', () => {
  it('is recorded with who, when, for what and which account', async () => {
    const { admin } = company();
    const account = await anAccount('google_calendar');
    const { id, grantedScopes } = await consent(admin, account);

    expect(await consentsOf(admin)).toEqual([
      {
        id,
        provider: 'google_calendar',
        scope: 'organization',
        userId: admin.userId,
        at: moment,
        scopes: grantedScopes,
        account: account.user,
      },
    ]);
  });

  it("is shown to its giver and, of the organisation's, to admins", async () => {
    const { admin, member, other, stranger } = company();
    const own = await consent(member, { ...(await anAccount('github')), scope: 'user' });
    const shared = await consent(admin, await anAccount('github'));

    const ids = async (who: typeof admin) => (await consentsOf(who)).map(({ id }: { id: string }) => id);

    expect(await ids(member)).toEqual([own.id]);
    expect(await ids(admin)).toEqual([shared.id]);
    expect(await ids(other)).toEqual([shared.id]);
    expect(await ids(stranger)).toEqual([]);
  });

  it('of one who consents again is the new one, in place of the old', async () => {
    const { admin, other } = company();
    const account = await anAccount('github');
    const { id } = await consent(admin, { ...account, scopes: ['read:user'] });
    const [first] = await consentsOf(admin);

    await consentAgain(other, id, account);
    const [second, ...more] = await consentsOf(admin);

    expect(more).toEqual([]);
    expect(second).toMatchObject({ id, userId: other.userId });
    expect(second.at >= first.at).toBe(true);
    expect(second.scopes).toEqual(['read:org', 'read:user', 'repo', 'user:email']);
  });

  it('goes with its integration, at once', async () => {
    const admin = caller();
    const { id } = await consent(admin, await anAccount('jira'));

    await admin.delete(`/integrations/${id}`);

    expect(await consentsOf(admin)).toEqual([]);
    await settled();
    expect(await consentsOf(admin)).toEqual([]);
  });
});

describe('withdrawing', () => {
  it('disables at once, says why, and is one event', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    const before = await account.calls();

    const withdrawn = await admin.delete(`/consents/${id}`);
    const refused = await search(admin, id);

    expect(withdrawn.status).toBe(204);
    expect(refused).toMatchObject({ status: 409, body: { code: 'integration_disabled' } });
    expect(await shown(admin, id)).toMatchObject({ status: 'disabled', enabled: false });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'disabled', cause: 'consent_withdrawn' });
    expect(await consentsOf(admin)).toEqual([]);
    await settled();
    expect(await account.calls()).toEqual(before);
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toEqual([
      'integration.created',
      'consent.withdrawn',
      'tokens.revoked',
    ]);
  });

  it('leaves nothing to use, whatever is tried: enabled again, it has to be reconnected', async () => {
    const admin = caller();
    const { id } = await consent(admin, await anAccount('google_calendar'));
    await admin.delete(`/consents/${id}`);
    const { version } = await shown(admin, id);

    const tested = await admin.post(`/integrations/${id}/test`);
    const enabled = await admin.patch(`/integrations/${id}`, { enabled: true, version });
    const refused = await search(admin, id);

    expect(tested).toMatchObject({ status: 200, body: { ok: false, code: 'needs_reauth' } });
    expect(enabled.body.integration).toMatchObject({ status: 'needs_reauth', enabled: true });
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_reauth' } });
  });

  it('is over with a new consent: it is enabled and works', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await admin.delete(`/consents/${id}`);
    await settled();

    await consentAgain(admin, id, account);

    expect(await shown(admin, id)).toMatchObject({ status: 'active', enabled: true });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy' });
    expect((await search(admin, id)).status).toBe(200);
    expect(await consentsOf(admin)).toHaveLength(1);
  });

  it('does not enable what a person had disabled before', async () => {
    const admin = caller();
    const account = await anAccount('github');
    const { id, version } = await consent(admin, account);
    await admin.patch(`/integrations/${id}`, { enabled: false, version });

    await consentAgain(admin, id, account);

    expect(await shown(admin, id)).toMatchObject({ status: 'disabled', enabled: false });
  });

  it('is for what was consented to, once: a second time, or of an API token, there is none', async () => {
    const { admin, member, stranger } = company();
    const { id } = await consent(admin, await anAccount('github'));
    const typed = await connectedGithub(admin, await aGithubAccount());

    const replies = [
      await member.delete(`/consents/${id}`),
      await stranger.delete(`/consents/${id}`),
      await admin.delete(`/consents/${typed.id}`),
      await admin.delete(`/consents/${id}`),
      await admin.delete(`/consents/${id}`),
    ];

    expect(replies.map(({ status }) => status)).toEqual([403, 404, 404, 204, 404]);
    expect(await shown(admin, typed.id)).toMatchObject({ status: 'active' });
  });

  it('is no more once credentials were typed in instead', async () => {
    const admin = caller();
    const { login, connection } = await aGithubAccount();
    const { id } = await consent(admin, { provider: 'github', user: login });

    const typed = await admin.post(`/integrations/${id}/reconnect`, { auth: 'api_token', ...connection });
    await settled();

    expect(typed.status).toBe(201);
    expect(await consentsOf(admin)).toEqual([]);
    expect((await admin.delete(`/consents/${id}`)).status).toBe(404);
    expect((await search(admin, id)).status).toBe(200);
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toContain('tokens.revoked');
  });
});
