import { describe, expect, it } from 'vitest';
import { type Caller, caller, company, type Reply } from '../support/api.ts';
import { plantedSecret } from '../support/secrets.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type JiraSite,
} from '../support/standins.ts';
import { footprint } from './stored.ts';
import { basic, callsWith, expectProblem, hashOf, moment } from './told.ts';

const patch = (who: Caller, id: string, body: object) => who.patch(`/integrations/${id}`, body);
const read = async (who: Caller, id: string) => (await who.get(`/integrations/${id}`)).body.integration;
const finds = async (who: Caller, id: string): Promise<boolean> =>
  (await who.post(`/integrations/${id}/search`, { query: 'a' })).status === 200;

/** Another token of the site's own account. */
const secondToken = async (site: JiraSite): Promise<string> => {
  const token = plantedSecret('second');
  await site.control('POST', '/tokens', { email: site.username, token });
  return token;
};

describe('changing the name', () => {
  it('changes the name, the version and when, and asks the provider nothing', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await connectedJira(admin, site);
    const calls = await site.calls();

    const reply = await patch(admin, before.id, { name: '  Tickets ', version: 1 });

    expect(reply.status).toBe(200);
    expect(reply.body.integration).toEqual({ ...before, name: 'Tickets', version: 2, updatedAt: moment });
    expect(await read(admin, before.id)).toEqual(reply.body.integration);
    expect(await site.calls()).toEqual(calls);
  });

  it('to one that is taken, in whatever letters, is 409 and changes nothing', async () => {
    const admin = caller();
    await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Code' });
    const { id } = await connectedGithub(admin, await aGithubAccount());
    const before = await footprint(admin);

    for (const name of ['Code', 'cODE', 'Ｃｏｄｅ']) {
      const reply = await patch(admin, id, { name, version: 1 });
      expectProblem(reply, 409, 'conflict', 'name');
    }

    expect(await footprint(admin)).toEqual(before);
  });

  it('to the same in other letters is no conflict', async () => {
    const admin = caller();
    const { id } = await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Code' });

    const reply = await patch(admin, id, { name: 'CODE', version: 1 });

    expect(reply.body.integration).toMatchObject({ name: 'CODE', version: 2 });
  });

  it('frees the old one and takes the new', async () => {
    const admin = caller();
    const { id } = await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Old' });

    await patch(admin, id, { name: 'New', version: 1 });
    const old = await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Old' });
    const taken = await patch(admin, old.id, { name: 'New', version: 1 });

    expect(old.name).toBe('Old');
    expectProblem(taken, 409, 'conflict', 'name');
  });
});

describe('changing credentials', () => {
  it('replaces the one that is given and keeps those that are blank or absent', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await connectedJira(admin, site);
    const apiToken = await secondToken(site);

    const reply = await patch(admin, before.id, { credentials: { apiToken, username: ' ' }, version: 1 });
    await site.control('DELETE', `/tokens/${site.apiToken}`);

    const { secrets, settings, name, lastTestedAt } = reply.body.integration;
    expect({ settings, name }).toEqual({ settings: before.settings, name: before.name });
    expect(secrets.username).toEqual(before.secrets.username);
    expect(secrets.apiToken.updatedAt > before.secrets.apiToken.updatedAt).toBe(true);
    expect(lastTestedAt > before.lastTestedAt).toBe(true);
    expect(await finds(admin, before.id)).toBe(true);
    expect(reply.text).not.toContain(apiToken);
  });

  it.each([
    ['empty', { apiToken: '', username: '' }],
    ['blank', { apiToken: '   ' }],
    ['null', { apiToken: null, username: null }],
    ['absent', {}],
  ])('that are %s keeps what stands, and it still works', async (_, credentials) => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await connectedJira(admin, site);

    const reply = await patch(admin, before.id, { name: 'Same', credentials, version: 1 });

    expect(reply.status).toBe(200);
    expect(reply.body.integration).toMatchObject({ name: 'Same', secrets: before.secrets, version: 2 });
    expect(await finds(admin, before.id)).toBe(true);
    const { events } = (await admin.get('/audit')).body;
    expect((events as { action: string }[]).map(({ action }) => action)).toEqual([
      'integration.updated',
      'integration.created',
    ]);
  });

  it('to wrong ones is 422 and leaves the old working', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const before = await footprint(admin);

    const reply = await patch(admin, id, {
      name: 'Other',
      credentials: { apiToken: plantedSecret('wrong') },
      version: 1,
    });

    expectProblem(reply, 422, 'provider_unauthorized');
    expect(await footprint(admin)).toEqual(before);
    expect(await finds(admin, id)).toBe(true);
  });

  it.each([
    ['is limited', { kind: 'answer', status: 429 } as const, 503, 'provider_rate_limited'],
    ['forbids it', { kind: 'answer', status: 403 } as const, 422, 'provider_forbidden'],
    ['is down', { kind: 'reset' } as const, 503, 'provider_unreachable'],
  ])('while the provider %s leaves the old working', async (_, act, status, code) => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const before = await footprint(admin);
    await site.fault({ times: 3, match: { path: '/myself$' }, act });

    const reply = await patch(admin, id, { credentials: { apiToken: await secondToken(site) }, version: 1 });

    expectProblem(reply, status, code);
    expect(await footprint(admin)).toEqual(before);
    expect((await read(admin, id)).status).toBe('active');
  });

  it('to those of another account takes that account, and frees the first', async () => {
    const admin = caller();
    const [first, second] = [await aGithubAccount(), await aGithubAccount()];
    const { id, account } = await connectedGithub(admin, first);

    const reply = await patch(admin, id, { ...second.connection, version: 1 });

    expect(reply.body.integration.account.url).toBe(`https://github.com/${second.login}`);
    expect(reply.body.integration.account.id).not.toBe(account.id);
    expect((await connectedGithub(admin, first)).account).toEqual(account);
    const again = await admin.post('/integrations/connect', {
      provider: 'github',
      scope: 'organization',
      auth: 'api_token',
      ...second.connection,
    });
    expectProblem(again, 409, 'already_connected');
  });

  it('to those of an account that is connected already is 409 and changes nothing', async () => {
    const admin = caller();
    const [first, second] = [await aGithubAccount(), await aGithubAccount()];
    await connectedGithub(admin, first);
    const { id } = await connectedGithub(admin, second);
    const before = await footprint(admin);

    const reply = await patch(admin, id, { ...first.connection, version: 1 });

    expectProblem(reply, 409, 'already_connected');
    expect(await footprint(admin)).toEqual(before);
    expect(await finds(admin, id)).toBe(true);
  });

  it('makes an integration active again whose old ones were rejected', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    await admin.post(`/integrations/${id}/test`);

    const reply = await patch(admin, id, { credentials: { apiToken: await secondToken(site) }, version: 1 });

    expect(reply.body.integration).toMatchObject({ status: 'active', health: { state: 'healthy' } });
    expect((await read(admin, id)).status).toBe('active');
    expect(await finds(admin, id)).toBe(true);
  });

  it('makes it active also where the old ones are rejected meanwhile', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const apiToken = await secondToken(site);
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    await site.fault({ times: 1, match: { path: '/myself$' }, act: { kind: 'delay', ms: 2000 } });

    const changing = patch(admin, id, { credentials: { apiToken }, version: 1 });
    await expect.poll(async () => (await site.calls()).length, { timeout: 10_000 }).toBe(2);
    const rejected = await admin.post(`/integrations/${id}/search`, { query: 'a' });
    const changed = await changing;

    expectProblem(rejected, 409, 'needs_reauth');
    expect(changed.body.integration.status).toBe('active');
    expect((await read(admin, id)).status).toBe('active');
    expect(await finds(admin, id)).toBe(true);
  });
});

describe('changing the address', () => {
  const move = (to: JiraSite, credentials: object) => ({
    settings: { baseUrl: to.baseUrl },
    credentials,
    version: 1,
  });

  it.each([
    ['none', () => ({}), ['credentials.username', 'credentials.apiToken']],
    ['blank ones', () => ({ username: '', apiToken: ' ' }), ['credentials.username', 'credentials.apiToken']],
    ['null', () => ({ username: null, apiToken: null }), ['credentials.username', 'credentials.apiToken']],
    ['the token alone', (to: JiraSite) => ({ apiToken: to.apiToken }), ['credentials.username']],
    ['the address alone', (to: JiraSite) => ({ username: to.username }), ['credentials.apiToken']],
  ])(
    'without new secrets (%s) is 400 that names them, and the new host hears nothing',
    async (_, given, paths) => {
      const admin = caller();
      const [from, to] = [await aJiraSite(), await aJiraSite()];
      const { id } = await connectedJira(admin, from);
      const before = await footprint(admin);

      const reply = await patch(admin, id, move(to, given(to)));

      expectProblem(reply, 400, 'invalid_request', ...paths);
      expect(await to.calls()).toEqual([]);
      expect(await footprint(admin)).toEqual(before);
      expect(await finds(admin, id)).toBe(true);
    },
  );

  it('with new secrets moves it, and the stored token never reaches the new host', async () => {
    const admin = caller();
    const [from, to] = [await aJiraSite(), await aJiraSite()];
    const before = await connectedJira(admin, from);

    const reply = await patch(admin, before.id, move(to, to.connection.credentials));

    expect(reply.status).toBe(200);
    expect(reply.body.integration).toMatchObject({
      settings: { baseUrl: to.baseUrl },
      account: { email: to.username, url: to.baseUrl },
    });
    expect(await finds(admin, before.id)).toBe(true);
    const seen = (await to.calls()).map(({ authorization }) => authorization);
    expect(new Set(seen)).toEqual(new Set([hashOf(basic(to.username, to.apiToken))]));
    const old = await callsWith('jira', basic(from.username, from.apiToken));
    expect(new Set(old.map(({ host }) => host))).toEqual(new Set([from.host]));
  });

  it('to the same origin written another way needs no new secrets', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);

    const reply = await patch(admin, id, {
      settings: { baseUrl: `HTTPS://${site.host.toUpperCase()}:443/jira` },
      version: 1,
    });

    expect(reply.body.integration.settings).toEqual({ baseUrl: site.baseUrl });
    expect(await finds(admin, id)).toBe(true);
  });

  it.each([
    ['http://{host}', 'invalid_url'],
    ['https://{host}.evil.example', 'invalid_url'],
    ['https://127.0.0.1', 'invalid_url'],
    [null, 'invalid_request'],
  ])('to %s is 400 that names it, whatever secrets come along', async (form, code) => {
    const admin = caller();
    const [from, to] = [await aJiraSite(), await aJiraSite()];
    const { id } = await connectedJira(admin, from);
    const before = await footprint(admin);

    const reply = await patch(admin, id, {
      ...move(to, to.connection.credentials),
      settings: { baseUrl: form?.replace('{host}', to.host) ?? null },
    });

    expectProblem(reply, 400, code, 'settings.baseUrl');
    expect(await callsWith('jira', basic(to.username, to.apiToken))).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('that redirects to another host is refused, and keeps the old', async () => {
    const admin = caller();
    const [from, to, third] = [await aJiraSite(), await aJiraSite(), await aJiraSite()];
    const { id } = await connectedJira(admin, from);
    const before = await footprint(admin);
    const location = `${third.baseUrl}/rest/api/3/myself`;
    await to.fault({ times: 1, act: { kind: 'answer', status: 302, headers: { location } } });

    const reply = await patch(admin, id, move(to, to.connection.credentials));

    expectProblem(reply, 400, 'invalid_url');
    expect(await third.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });
});

describe('the version', () => {
  it.each([
    ['absent', {}],
    ['a text', { version: '1' }],
    ['zero', { version: 0 }],
    ['a fraction', { version: 1.5 }],
    ['null', { version: null }],
  ])('that is %s is 400 that names it', async (_, version) => {
    const admin = caller();
    const { id } = await connectedGithub(admin, await aGithubAccount());
    const before = await footprint(admin);

    const reply = await patch(admin, id, { name: 'New', ...version });

    expectProblem(reply, 400, 'invalid_request', 'version');
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([1, 3, 99])('%i where 2 stands is 409 and changes nothing', async (version) => {
    const admin = caller();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    await patch(admin, id, { name: 'Second', version: 1 });
    const before = await footprint(admin);
    const calls = await account.calls();

    const reply = await patch(admin, id, { name: 'Third', ...account.connection, version });

    expectProblem(reply, 409, 'stale_version');
    expect(await account.calls()).toEqual(calls);
    expect(await footprint(admin)).toEqual(before);
  });

  it('lets one of two changes at once through', async () => {
    for (let round = 0; round < 5; round += 1) {
      const admin = caller();
      const { id } = await connectedGithub(admin, await aGithubAccount());

      const replies = await Promise.all([
        patch(admin, id, { name: 'One', version: 1 }),
        patch(admin, id, { name: 'Two', version: 1 }),
      ]);

      const [changed, refused] = replies.toSorted((a, b) => a.status - b.status) as [Reply, Reply];
      expect(changed.status).toBe(200);
      expectProblem(refused, 409, 'stale_version');
      expect(await read(admin, id)).toEqual(changed.body.integration);
    }
  });

  it('lets one of two changes at once through where both change the credentials', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const tokens = [await secondToken(site), await secondToken(site)];

    const replies = await Promise.all(
      tokens.map((apiToken) => patch(admin, id, { credentials: { apiToken }, version: 1 })),
    );

    const [changed, refused] = replies.toSorted((a, b) => a.status - b.status) as [Reply, Reply];
    expect(changed.status).toBe(200);
    expectProblem(refused, 409, 'stale_version');
    const loser = tokens[replies.indexOf(refused)];
    await site.control('DELETE', `/tokens/${loser}`);
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    expect(await finds(admin, id)).toBe(true);
  });
});

describe('a change', () => {
  it.each([
    ['scope', 'user'],
    ['provider', 'jira'],
    ['id', 'int_o_AAAAAAAAAAAAAAAAAAAAAA'],
    ['createdBy', 'user_other'],
    ['organizationId', 'org_other'],
    ['userId', 'user_other'],
    ['status', 'active'],
    ['state', 'active'],
    ['account', { id: '1' }],
    ['secrets', {}],
    ['auth', 'oauth2'],
    ['nonsense', 1],
  ])('of %s is 400 that names it', async (field, value) => {
    const admin = caller();
    const { id } = await connectedGithub(admin, await aGithubAccount());
    const before = await footprint(admin);

    const reply = await patch(admin, id, { name: 'New', version: 1, [field]: value });

    expectProblem(reply, 400, 'invalid_request', field);
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([
    ['blank', 'name', { name: ' ' }],
    ['over-long', 'name', { name: 'a'.repeat(101) }],
    ['two lines', 'name', { name: 'two\nlines' }],
    ['null', 'name', { name: null }],
    ['a text', 'enabled', { enabled: 'yes' }],
    ['unknown', 'settings.nonsense', { settings: { nonsense: 'x' } }],
    ['unknown and empty', 'settings.nonsense', { settings: { nonsense: '' } }],
    ['unknown and null', 'settings.nonsense', { settings: { nonsense: null } }],
    ['a secret', 'settings.apiToken', { settings: { apiToken: 'x' } }],
    ['unknown', 'credentials.nonsense', { credentials: { nonsense: 'x' } }],
    ['unknown and blank', 'credentials.nonsense', { credentials: { nonsense: '  ' } }],
    ['unknown and null', 'credentials.nonsense', { credentials: { nonsense: null } }],
    ['a setting', 'credentials.baseUrl', { credentials: { baseUrl: 'https://x.atlassian.net' } }],
    ['a number', 'credentials.apiToken', { credentials: { apiToken: 7 } }],
    ['off its pattern', 'credentials.apiToken', { credentials: { apiToken: 'a b' } }],
    ['over-long', 'credentials.apiToken', { credentials: { apiToken: 'a'.repeat(1001) } }],
    ['off its pattern', 'credentials.username', { credentials: { username: 'no address' } }],
  ])('with what is %s given as %s is 400 that names it', async (_, path, change) => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const before = await footprint(admin);
    const calls = await site.calls();

    const reply = await patch(admin, id, { ...change, version: 1 });

    expectProblem(reply, 400, 'invalid_request', path);
    expect(await site.calls()).toEqual(calls);
    expect(await footprint(admin)).toEqual(before);
  });

  it('is for the holder: 403 for a member, 404 for whom it does not exist', async () => {
    const { admin, member, other, stranger } = company();
    const shared = await connectedGithub(admin, await aGithubAccount());
    const personal = await connectedGithub(member, await aGithubAccount(), 'user');
    const before = [await footprint(admin), await footprint(member)];

    const asMember = await patch(member, shared.id, { name: 'New', version: 1 });
    const foreign = [
      await patch(stranger, shared.id, { name: 'New', version: 1 }),
      await patch(admin, personal.id, { name: 'New', version: 1 }),
      await patch(other, personal.id, { name: 'New', version: 1 }),
      await patch(admin, 'int_o_AAAAAAAAAAAAAAAAAAAAAA', { name: 'New', version: 1 }),
    ];

    expectProblem(asMember, 403, 'forbidden');
    for (const reply of foreign) expectProblem(reply, 404, 'not_found');
    expect([await footprint(admin), await footprint(member)]).toEqual(before);
    expect((await patch(other, shared.id, { name: 'By another admin', version: 1 })).status).toBe(200);
    expect((await patch(member, personal.id, { name: 'By its owner', version: 1 })).status).toBe(200);
  });

  it('of name, flag and credentials at once is one change', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const apiToken = await secondToken(site);

    const reply = await patch(admin, id, {
      name: 'All',
      enabled: false,
      settings: { baseUrl: `${site.baseUrl}/` },
      credentials: { apiToken },
      version: 1,
    });

    expect(reply.body.integration).toMatchObject({
      name: 'All',
      enabled: false,
      status: 'disabled',
      version: 2,
      settings: { baseUrl: site.baseUrl },
    });
    expect(await read(admin, id)).toEqual(reply.body.integration);
    expect((await admin.get('/audit')).body.events).toHaveLength(2);
  });
});
