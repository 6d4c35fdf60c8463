import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { type Caller, caller, company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { footprint } from './stored.ts';
import { expectProblem, moment } from './told.ts';

const test = (who: Caller, id: string) => who.post(`/integrations/${id}/test`);
const read = async (who: Caller, id: string) => (await who.get(`/integrations/${id}`)).body.integration;
const search = (who: Caller, id: string) => who.post(`/integrations/${id}/search`, { query: 'a' });
const eventsOf = async (who: Caller, target: string) =>
  ((await who.get(`/audit?target=${target}`)).body.events as Record<string, string>[]).map(
    ({ actor, action, outcome }) => ({ actor, action, outcome }),
  );

const revokeJira = (site: JiraSite) => site.control('DELETE', `/tokens/${site.apiToken}`);
const restoreJira = ({ control: on, username, apiToken }: JiraSite) =>
  on('POST', '/tokens', { email: username, token: apiToken });
const revokeGithub = ({ token }: GithubAccount) => control('github', 'POST', 'tokens/revoke', { token });

describe('testing a saved integration', () => {
  it('whose credentials work is ok, and says when', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await connectedJira(admin, site);

    const reply = await test(admin, before.id);

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ ok: true, testedAt: moment });
    expect(reply.body.testedAt >= before.lastTestedAt).toBe(true);
    expect(await read(admin, before.id)).toEqual({ ...before, lastTestedAt: reply.body.testedAt });
    expect((await site.calls()).map(({ path }) => path)).toEqual([
      '/rest/api/3/myself',
      '/rest/api/3/myself',
    ]);
  });

  it('whose token was revoked is needs_reauth at once, in test, list, search and audit', async () => {
    const { admin, member } = company();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await revokeJira(site);

    const reply = await test(admin, id);
    const calls = await site.calls();
    const refused = await search(member, id);

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      ok: false,
      code: 'provider_unauthorized',
      hint: expect.stringMatching(/\w+ \w+/),
      testedAt: moment,
    });
    const shown = await read(admin, id);
    expect(shown).toMatchObject({
      status: 'needs_reauth',
      enabled: true,
      health: { state: 'needs_reauth' },
      lastTestedAt: reply.body.testedAt,
    });
    expect((await member.get('/integrations/connected')).body.integrations).toEqual([
      expect.objectContaining({ id, status: 'needs_reauth' }),
    ]);
    expectProblem(refused, 409, 'needs_reauth');
    expect(await site.calls()).toEqual(calls);
    expect(await eventsOf(admin, id)).toEqual(
      expect.arrayContaining([
        { actor: admin.userId, action: 'integration.tested', outcome: 'failed' },
        { actor: 'system', action: 'integration.health_changed', outcome: 'ok' },
      ]),
    );
  });

  it('recovers once the provider accepts the credentials again', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await revokeJira(site);
    await test(admin, id);
    await restoreJira(site);
    const stillRefused = await search(admin, id);

    const reply = await test(admin, id);

    expectProblem(stillRefused, 409, 'needs_reauth');
    expect(reply.body).toMatchObject({ ok: true });
    expect(await read(admin, id)).toMatchObject({ status: 'active', health: { state: 'healthy' } });
    expect((await search(admin, id)).status).toBe(200);
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toEqual([
      'integration.health_changed',
      'integration.tested',
      'integration.health_changed',
      'integration.tested',
      'integration.created',
    ]);
  });

  it('that was rejected twice is told of once', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await revokeGithub(account);

    const replies = [await test(admin, id), await test(admin, id)];

    for (const { body } of replies) expect(body).toMatchObject({ ok: false, code: 'provider_unauthorized' });
    const changes = (await eventsOf(admin, id)).filter(
      ({ action }) => action === 'integration.health_changed',
    );
    expect(changes).toHaveLength(1);
  });

  const troubles: [string, Fault['act'], string][] = [
    ['forbids it', { kind: 'answer', status: 403 }, 'provider_forbidden'],
    ['no longer knows it', { kind: 'answer', status: 404 }, 'provider_not_found'],
    ['limits calls', { kind: 'answer', status: 429 }, 'provider_rate_limited'],
    ['fails', { kind: 'answer', status: 500 }, 'provider_error'],
    ['answers with a page', { kind: 'answer', status: 200, body: '<html>' }, 'provider_error'],
    [
      'redirects elsewhere',
      { kind: 'answer', status: 302, headers: { location: 'https://jira.example.com/' } },
      'provider_error',
    ],
    ['cuts the connection', { kind: 'reset' }, 'provider_unreachable'],
  ];

  it.each(troubles)(
    'while the provider %s is told with a hint, and changes no status',
    async (_, act, code) => {
      const admin = caller();
      const site = await aJiraSite();
      const before = await connectedJira(admin, site);
      await site.fault({ times: 3, act });

      const reply = await test(admin, before.id);

      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({
        ok: false,
        code,
        hint: expect.stringMatching(/\w+ \w+/),
        testedAt: moment,
      });
      expect(await read(admin, before.id)).toEqual({ ...before, lastTestedAt: reply.body.testedAt });
      expect(await eventsOf(admin, before.id)).toEqual([
        { actor: admin.userId, action: 'integration.tested', outcome: 'failed' },
        { actor: admin.userId, action: 'integration.created', outcome: 'ok' },
      ]);
    },
  );

  it('that is disabled finds revoked credentials all the same, and enabling it does not help', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await admin.patch(`/integrations/${id}`, { enabled: false, version: 1 });
    await revokeGithub(account);

    const reply = await test(admin, id);
    const disabled = await search(admin, id);
    const enabled = await admin.patch(`/integrations/${id}`, { enabled: true, version: 2 });

    expect(reply.body).toMatchObject({ ok: false, code: 'provider_unauthorized' });
    expectProblem(disabled, 409, 'integration_disabled');
    expect(enabled.body.integration).toMatchObject({ enabled: true, status: 'needs_reauth' });
    expectProblem(await search(admin, id), 409, 'needs_reauth');
  });

  it('is for the holder: 403 for a member, 404 for whom it does not exist, nobody asked', async () => {
    const { admin, member, stranger } = company();
    const [shared, own] = [await aGithubAccount(), await aGithubAccount()];
    const { id } = await connectedGithub(admin, shared);
    const personal = await connectedGithub(member, own, 'user');
    const before = [await footprint(admin), await footprint(member)];
    const calls = [await shared.calls(), await own.calls()];

    const replies = [
      await test(member, id),
      await test(stranger, id),
      await test(admin, personal.id),
      await test(admin, 'int_o_AAAAAAAAAAAAAAAAAAAAAA'),
    ];

    expect(replies.map(({ status }) => status)).toEqual([403, 404, 404, 404]);
    expect([await footprint(admin), await footprint(member)]).toEqual(before);
    expect([await shared.calls(), await own.calls()]).toEqual(calls);
  });
});

describe('stored credentials the provider rejects', () => {
  const ways = [
    ['refuses them', 'refused'],
    ['serves them as nobody', 'anonymous'],
  ];

  it.each(ways)('during a search are needs_reauth at once where Jira %s', async (_, mode) => {
    const { admin, member } = company();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await site.control('PATCH', '', { badCredentials: mode });
    await revokeJira(site);

    const first = await search(member, id);
    const calls = await site.calls();
    const second = await search(member, id);

    for (const reply of [first, second]) expectProblem(reply, 409, 'needs_reauth');
    expect(await site.calls()).toEqual(calls);
    expect(await read(admin, id)).toMatchObject({
      status: 'needs_reauth',
      health: { state: 'needs_reauth' },
    });
  });

  it.each(ways)('are never an empty list where Jira %s', async (_, mode) => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await site.control('PATCH', '', { badCredentials: mode });
    await revokeJira(site);

    const reply = await admin.post(`/integrations/${id}/search`, { type: 'issue', query: 'engine' });

    expectProblem(reply, 409, 'needs_reauth');
  });

  it('by GitHub too, and in reading one entity too', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await revokeGithub(account);

    const reply = await member.get(`/integrations/${id}/entity?type=person&externalId=${account.login}`);

    expectProblem(reply, 409, 'needs_reauth');
    expect((await read(admin, id)).status).toBe('needs_reauth');
  });

  it('are told in one event of the system’s, whoever found out first', async () => {
    const { admin, member } = company();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await revokeJira(site);

    const replies = await Promise.all([1, 2, 3, 4].map(() => search(member, id)));

    for (const reply of replies) expectProblem(reply, 409, 'needs_reauth');
    expect(await eventsOf(admin, id)).toEqual([
      { actor: 'system', action: 'integration.health_changed', outcome: 'ok' },
      { actor: admin.userId, action: 'integration.created', outcome: 'ok' },
    ]);
  });

  it.each([
    ['limits calls', { kind: 'answer', status: 429 }, 503, 'provider_rate_limited'],
    ['forbids it', { kind: 'answer', status: 403 }, 422, 'provider_forbidden'],
    ['fails', { kind: 'answer', status: 500 }, 502, 'provider_error'],
    ['cuts the connection', { kind: 'reset' }, 503, 'provider_unreachable'],
  ] as [string, Fault['act'], number, string][])(
    'are something else than a provider that %s',
    async (_, act, status, code) => {
      const admin = caller();
      const site = await aJiraSite();
      const { id } = await connectedJira(admin, site);
      await site.fault({ times: 3, act });

      const reply = await search(admin, id);

      expectProblem(reply, status, code);
      expect((await read(admin, id)).status).toBe('active');
    },
  );
});
