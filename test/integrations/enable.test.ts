import { describe, expect, it } from 'vitest';
import { type Caller, company, newId, type Reply } from '../support/api.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira } from '../support/standins.ts';
import { footprint } from './stored.ts';
import { expectProblem } from './told.ts';

const setEnabled = (who: Caller, id: string, enabled: boolean, version: number) =>
  who.patch(`/integrations/${id}`, { enabled, version });

/** A connected Jira with a person, an issue and a link, and every way there is to use it. */
const inUse = async () => {
  const { admin, member, other } = company();
  const site = await aJiraSite({
    users: [{ displayName: 'Ada Lovelace', email: 'ada@acme.example' }],
    projects: [{ key: 'TEST' }],
    issues: [{ summary: 'Engine' }],
  });
  const { users, issues } = await site.control<{
    users: { accountId: string; displayName: string }[];
    issues: { key: string }[];
  }>('GET', '');
  const ada = users.find(({ displayName }) => displayName === 'Ada Lovelace')?.accountId ?? '';
  const key = issues[0]?.key ?? '';
  const { id } = await connectedJira(admin, site);
  const linkOf = (type: string, entityId: string, external: object) => ({
    entity: { type, id: entityId },
    integrationId: id,
    external,
  });
  const person = newId('person');
  const made = await member.post('/links', linkOf('Person', person, { type: 'person', id: ada }));
  if (made.status !== 201) throw new Error(`link: ${made.text}`);
  const linkId = made.body.link.id as string;

  const uses: Record<string, () => Promise<Reply>> = {
    'search of people': () => member.post(`/integrations/${id}/search`, { query: 'ada' }),
    'search of issues': () => member.post(`/integrations/${id}/search`, { type: 'issue' }),
    entity: () => member.get(`/integrations/${id}/entity?type=issue&externalId=${key}`),
    link: () => member.post('/links', linkOf('Task', newId('task'), { type: 'issue', id: key })),
    'bulk link': () =>
      member.post('/links/bulk', {
        integrationId: id,
        candidates: [{ entity: { type: 'Person', id: newId('person') }, email: 'ada@acme.example' }],
      }),
    'link refresh': () => member.post(`/links/${linkId}/refresh`),
    'proxy read': () => admin.get(`/integrations/${id}/proxy/rest/api/3/myself`),
    'proxy write': () =>
      admin.post(`/integrations/${id}/proxy/rest/api/3/search/jql`, { jql: 'project=TEST' }),
  };
  return { admin, member, other, site, id, person, linkId, uses };
};

const statusesOf = async (uses: Record<string, () => Promise<Reply>>) => {
  const found: Record<string, number> = {};
  for (const [name, use] of Object.entries(uses)) found[name] = (await use()).status;
  return found;
};

const working = {
  'search of people': 200,
  'search of issues': 200,
  entity: 200,
  link: 201,
  'bulk link': 200,
  'link refresh': 200,
  'proxy read': 200,
  'proxy write': 200,
};

describe('a disabled integration', () => {
  it('refuses every use with integration_disabled, without a provider call or a write', async () => {
    const { admin, site, id, uses } = await inUse();
    const disabled = await setEnabled(admin, id, false, 1);
    const before = await footprint(admin);
    const calls = await site.calls();

    const replies = await Promise.all(Object.values(uses).map((use) => use()));

    expect(disabled.body.integration).toMatchObject({ enabled: false, status: 'disabled', version: 2 });
    for (const reply of replies) expectProblem(reply, 409, 'integration_disabled');
    expect(await site.calls()).toEqual(calls);
    expect(await footprint(admin)).toEqual(before);
  });

  it('works again in every use once it is enabled', async () => {
    const { admin, id, uses } = await inUse();
    await setEnabled(admin, id, false, 1);

    const enabled = await setEnabled(admin, id, true, 2);

    expect(enabled.body.integration).toMatchObject({
      enabled: true,
      status: 'active',
      health: { state: 'healthy' },
      version: 3,
    });
    expect(await statusesOf(uses)).toEqual(working);
  });

  it('is disabled for the owner of a personal one just the same', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(member, account, 'user');
    await setEnabled(member, id, false, 1);
    const calls = await account.calls();

    const reply = await member.post(`/integrations/${id}/search`, { query: 'a' });

    expectProblem(reply, 409, 'integration_disabled');
    expect(await account.calls()).toEqual(calls);
  });

  it('can still be tested, and stays disabled', async () => {
    const { admin, site, id } = await inUse();
    await setEnabled(admin, id, false, 1);
    const calls = await site.calls();

    const reply = await admin.post(`/integrations/${id}/test`);

    expect(reply.body).toMatchObject({ ok: true });
    expect(await site.calls()).toHaveLength(calls.length + 1);
    expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('disabled');
  });

  it('keeps its links, which stay readable', async () => {
    const { admin, member, id, person, linkId } = await inUse();

    await setEnabled(admin, id, false, 1);
    const { body } = await member.get(`/links?entityType=Person&entityId=${person}`);

    expect(body.links).toEqual([expect.objectContaining({ id: linkId, state: 'ok' })]);
  });

  it('can take new credentials, and works with them once it is enabled', async () => {
    const { admin, site, id, uses } = await inUse();
    await setEnabled(admin, id, false, 1);
    await site.control('POST', '/tokens', { email: site.username, token: `${site.apiToken}-new` });

    const changed = await admin.patch(`/integrations/${id}`, {
      credentials: { apiToken: `${site.apiToken}-new` },
      version: 2,
    });
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    await setEnabled(admin, id, true, 3);

    expect(changed.body.integration).toMatchObject({ enabled: false, status: 'disabled' });
    expect(await statusesOf(uses)).toEqual(working);
  });
});

describe('enabling and disabling', () => {
  it('is for the holder: a member gets 403 and nothing changes', async () => {
    const { admin, member, id } = await inUse();
    const before = await footprint(admin);

    const reply = await setEnabled(member, id, false, 1);

    expectProblem(reply, 403, 'forbidden');
    expect(await footprint(admin)).toEqual(before);
  });

  it('leaves a colleague’s integration alone', async () => {
    const { member, other } = await inUse();
    const own = await connectedGithub(other, await aGithubAccount(), 'user');
    const membersOwn = await connectedGithub(member, await aGithubAccount(), 'user');

    await setEnabled(member, membersOwn.id, false, 1);

    expect((await other.get(`/integrations/${own.id}`)).body.integration.status).toBe('active');
    expect((await other.post(`/integrations/${own.id}/search`, { query: 'a' })).status).toBe(200);
  });
});
