import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, company, type Reply } from '../support/api.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { during, entity, problemOf, search, titles } from './asking.ts';

const { admin, member, other, stranger } = company();
let site: JiraSite;
let shared: string;
let own: string;
let account: string;

beforeAll(async () => {
  site = await aJiraSite({ users: [{ displayName: 'Ada Lovelace', accountId: 'ada-1' }] });
  shared = (await connectedJira(admin, site)).id;
  own = (await connectedJira(member, site, 'user')).id;
  account = 'ada-1';
});

const asks: [string, (who: Caller, id: string) => Promise<Reply>][] = [
  ['search', (who, id) => search(who, id, { query: 'ada' })],
  ['entity', (who, id) => entity(who, id, 'person', account)],
];

describe.each(asks)('%s', (_, ask) => {
  it('is for every member where the integration is the organisation’s', async () => {
    const replies = [await ask(admin, shared), await ask(member, shared), await ask(other, shared)];

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('is for the owner alone where it is personal: to others it is not there', async () => {
    const nowhere = await ask(admin, `int_u_${'A'.repeat(22)}`);

    const replies = [await ask(admin, own), await ask(other, own), await ask(stranger, own)];

    expect((await ask(member, own)).status).toBe(200);
    expect(nowhere.status).toBe(404);
    for (const reply of replies) expect(problemOf(reply)).toEqual(problemOf(nowhere));
  });

  it.each(['int_o_x', 'nothing', '%2e%2e%2f', `int_o_${'A'.repeat(22)}`, 'int_o_%00', 'x'.repeat(400)])(
    'of an integration that is not there is 404 in the same words: %s',
    async (id) => {
      const { result, calls } = await during(site, () => ask(stranger, id));

      expect(problemOf(result)).toEqual(problemOf(await ask(stranger, shared)));
      expect([result.status, result.body.code, calls]).toEqual([404, 'not_found', []]);
    },
  );

  it('of a disabled integration is 409 and asks nobody', async () => {
    const boss = company().admin;
    const there = await aJiraSite();
    const { id, version } = await connectedJira(boss, there);
    await boss.patch(`/integrations/${id}`, { enabled: false, version });

    const { result, calls } = await during(there, () => ask(boss, id));

    expect([result.status, result.body.code]).toEqual([409, 'integration_disabled']);
    expect(calls).toEqual([]);
  });

  it('of rejected credentials is 409, from then on without asking', async () => {
    const boss = company().admin;
    const there = await aJiraSite();
    const { id } = await connectedJira(boss, there);
    await there.control('DELETE', `/tokens/${there.apiToken}`);

    const first = await during(there, () => ask(boss, id));
    const second = await during(there, () => ask(boss, id));

    expect([first.result.status, first.result.body.code, first.calls.length]).toEqual([
      409,
      'needs_reauth',
      1,
    ]);
    expect([second.result.status, second.result.body.code, second.calls.length]).toEqual([
      409,
      'needs_reauth',
      0,
    ]);
    expect((await boss.get(`/integrations/${id}`)).body.integration).toMatchObject({
      status: 'needs_reauth',
      enabled: true,
      health: { state: 'needs_reauth' },
    });
  });

  it('of credentials that Jira serves as nobody is 409, not nothing found', async () => {
    const boss = company().admin;
    const there = await aJiraSite({ badCredentials: 'anonymous' });
    const { id } = await connectedJira(boss, there);
    await there.control('DELETE', `/tokens/${there.apiToken}`);

    const reply = await ask(boss, id);

    expect([reply.status, reply.body.code]).toEqual([409, 'needs_reauth']);
  });

  it('of a deleted integration is 404', async () => {
    const boss = company().admin;
    const there = await aJiraSite();
    const { id } = await connectedJira(boss, there);
    await boss.delete(`/integrations/${id}`);

    const { result, calls } = await during(there, () => ask(boss, id));

    expect([result.status, result.body.code, calls]).toEqual([404, 'not_found', []]);
  });

  it('works again once it is enabled', async () => {
    const boss = company().admin;
    const there = await aJiraSite({ users: [{ displayName: 'Ada Lovelace', accountId: 'ada-1' }] });
    const { id, version } = await connectedJira(boss, there);
    const off = await boss.patch(`/integrations/${id}`, { enabled: false, version });
    await boss.patch(`/integrations/${id}`, { enabled: true, version: off.body.integration.version });

    const reply = await ask(boss, id);

    expect(reply.status).toBe(200);
    expect(reply.body.items ? titles(reply) : [reply.body.entity.title]).toEqual(['Ada Lovelace']);
  });
});
