import { describe, expect, it } from 'vitest';
import { type Caller, caller, company, local, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connected,
  connectedGithub,
  connectedJira,
  type GithubAccount,
} from '../support/standins.ts';
import { footprint } from './stored.ts';
import { expectProblem } from './told.ts';

type Listed = { id: string; name: string; scope: string; status: string; createdAt: string };
type Page = { integrations: Listed[]; nextCursor: string | null };

const page = async (who: Caller, query = ''): Promise<Page> => {
  const { status, body, text } = await who.get(`/integrations/connected${query}`);
  if (status !== 200) throw new Error(`list: ${status} ${text}`);
  return body as Page;
};
const idsOf = ({ integrations }: Page): string[] => integrations.map(({ id }) => id);

/** Follows the cursor to the end; the sizes of the pages come along. */
const allPages = async (who: Caller, limit: number, filter = '') => {
  const found: Listed[] = [];
  const sizes: number[] = [];
  for (let cursor = ''; ; ) {
    const { integrations, nextCursor } = await page(who, `?limit=${limit}${filter}${cursor}`);
    found.push(...integrations);
    sizes.push(integrations.length);
    if (nextCursor === null) return { found, sizes };
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
};

const summaryKeys = ['enabled', 'entities', 'id', 'name', 'provider', 'scope', 'status'];

/** An admin and a member with one integration each of their own and two of the organisation. */
const populated = async () => {
  const { admin, member, other, stranger } = company();
  const jira = await connectedJira(admin, await aJiraSite());
  const github = await connectedGithub(admin, await aGithubAccount(), 'organization', {
    name: 'Company code',
  });
  const adminsOwn = await connectedGithub(admin, await aGithubAccount(), 'user', { name: 'Secret of admin' });
  const membersOwn = await connectedGithub(member, await aGithubAccount(), 'user', {
    name: 'Secret of member',
  });
  return { admin, member, other, stranger, jira, github, adminsOwn, membersOwn };
};

describe('the list', () => {
  it('shows the organisation’s integrations and the caller’s own, newest first', async () => {
    const { admin, member, jira, github, adminsOwn, membersOwn } = await populated();

    const [ofAdmin, ofMember] = [await page(admin), await page(member)];

    expect(idsOf(ofAdmin)).toEqual([adminsOwn.id, github.id, jira.id]);
    expect(idsOf(ofMember)).toEqual([membersOwn.id, github.id, jira.id]);
    expect([ofAdmin.nextCursor, ofMember.nextCursor]).toEqual([null, null]);
  });

  it('never shows what is personal to others or of another organisation, not even its name', async () => {
    const { admin, member, other, stranger, adminsOwn, membersOwn } = await populated();

    const texts = await Promise.all(
      [admin, member, other, stranger].map(async (who) => (await who.get('/integrations/connected')).text),
    );

    const [ofAdmin, ofMember, ofOther, ofStranger] = texts;
    for (const text of [ofMember, ofOther, ofStranger]) {
      expect(text).not.toContain(adminsOwn.id);
      expect(text).not.toContain('Secret of admin');
    }
    for (const text of [ofAdmin, ofOther, ofStranger]) {
      expect(text).not.toContain(membersOwn.id);
      expect(text).not.toContain('Secret of member');
    }
    expect(JSON.parse(ofStranger ?? '')).toEqual({ integrations: [], nextCursor: null });
  });

  it('shows the same user in another organisation nothing of this one', async () => {
    const { admin } = await populated();
    const elsewhere = caller({ userId: admin.userId, organizationId: newId('org') });

    expect(await page(elsewhere)).toEqual({ integrations: [], nextCursor: null });
  });

  it('shows a holder all, and a member of the organisation’s the summary only', async () => {
    const { admin, member, jira, github, membersOwn } = await populated();

    const [ofAdmin, ofMember] = [await page(admin), await page(member)];

    expect(ofAdmin.integrations.find(({ id }) => id === jira.id)).toEqual(jira);
    expect(ofMember.integrations.find(({ id }) => id === membersOwn.id)).toEqual(membersOwn);
    for (const whole of [jira, github]) {
      const summary = ofMember.integrations.find(({ id }) => id === whole.id) ?? {};
      expect(Object.keys(summary).toSorted()).toEqual(summaryKeys);
      expect(whole).toMatchObject(summary);
    }
  });

  it('never holds a secret or its ciphertext', async () => {
    const { admin } = company();
    const site = await aJiraSite();
    await connectedJira(admin, site);

    const { text, body } = await admin.get('/integrations/connected');

    expect(text).not.toContain(site.apiToken);
    expect(body.integrations[0].secrets).toEqual({
      username: { set: true, updatedAt: expect.any(String) },
      apiToken: { set: true, updatedAt: expect.any(String) },
    });
    expect(text).not.toMatch(/sealed|cipher|wrapped|"pk"|"sk"/);
  });

  it('keeps showing what is disabled, marked as such, to holders and members', async () => {
    const { admin, member } = company();
    const { id } = await connectedGithub(admin, await aGithubAccount());

    await admin.patch(`/integrations/${id}`, { enabled: false, version: 1 });

    for (const who of [admin, member])
      expect((await page(who)).integrations).toEqual([
        expect.objectContaining({ id, status: 'disabled', enabled: false }),
      ]);
    expect((await admin.get(`/integrations/${id}`)).body.integration.health).toEqual({ state: 'disabled' });
  });
});

describe('the list’s filters', () => {
  it.each([
    ['scope=organization', ['github', 'jira']],
    ['scope=user', ['own']],
    ['provider=jira', ['jira']],
    ['provider=github', ['own', 'github']],
    ['provider=github&scope=organization', ['github']],
    ['provider=jira&scope=user', []],
    ['provider=slack', []],
  ] as const)('%s keeps what fits', async (query, kept) => {
    const { admin, jira, github, adminsOwn } = await populated();
    const ids = { jira: jira.id, github: github.id, own: adminsOwn.id };

    const filtered = await page(admin, `?${query}`);

    expect(idsOf(filtered)).toEqual(kept.map((name) => ids[name]));
  });

  it.each([
    ['scope', 'scope=everybody'],
    ['provider', 'provider=Jira!'],
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit=many'],
    ['cursor', 'cursor='],
    ['cursor', 'cursor=nonsense'],
    ['status', 'status=active'],
    ['scope', 'scope=user&scope=organization'],
  ])('name %s where it is wrong, as in %s', async (name, query) => {
    const reply = await caller().get(`/integrations/connected?${query}`);

    expectProblem(reply, 400, 'invalid_request', name);
  });
});

describe('the list’s pages', () => {
  /** Seven of the organisation and two of the caller’s own. */
  const many = async () => {
    const admin = caller();
    const accounts: GithubAccount[] = [];
    for (let count = 0; count < 9; count += 1) accounts.push(await aGithubAccount());
    for (const [index, account] of accounts.entries())
      await connectedGithub(admin, account, index % 4 === 3 ? 'user' : 'organization');
    return admin;
  };

  it('go on to the end, each integration once and in the order of the whole', async () => {
    const admin = await many();
    const whole = idsOf(await page(admin));

    const byTwo = await allPages(admin, 2);
    const byThree = await allPages(admin, 3);
    const filtered = await allPages(admin, 3, '&scope=organization');

    expect(whole).toHaveLength(9);
    expect(byTwo.found.map(({ id }) => id)).toEqual(whole);
    expect(byTwo.sizes).toEqual([2, 2, 2, 2, 1]);
    expect(byThree.found.map(({ id }) => id)).toEqual(whole);
    expect(byThree.sizes).toEqual([3, 3, 3]);
    expect(filtered.found.map(({ scope }) => scope)).toEqual(Array.from({ length: 7 }, () => 'organization'));
    expect(filtered.sizes).toEqual([3, 3, 1]);
  });

  it('lose nothing when the integration a page ended with is deleted', async () => {
    const admin = await many();
    const whole = idsOf(await page(admin));
    const { nextCursor } = await page(admin, '?limit=3');

    await admin.delete(`/integrations/${whole[2]}`);
    const rest = await page(admin, `?cursor=${encodeURIComponent(nextCursor ?? '')}`);

    expect(idsOf(rest)).toEqual(whole.slice(3));
  });

  it('are refused to another caller, under another filter, and with a bit changed', async () => {
    const admin = await many();
    const { organizationId, userId } = admin;
    const { nextCursor } = await page(admin, '?limit=2');
    const cursor = nextCursor ?? '';
    const changed = `${cursor.slice(0, 20)}${cursor[20] === 'A' ? 'B' : 'A'}${cursor.slice(21)}`;

    const replies = [
      await caller({ organizationId }).get(`/integrations/connected?cursor=${cursor}`),
      await caller({ userId }).get(`/integrations/connected?cursor=${cursor}`),
      await admin.get(`/integrations/connected?scope=organization&cursor=${cursor}`),
      await admin.get(`/integrations/connected?provider=github&cursor=${cursor}`),
      await admin.get(`/integrations/connected?cursor=${changed}`),
      await admin.get(`/integrations/connected?cursor=${cursor.slice(0, -2)}`),
      await admin.get(`/audit?cursor=${cursor}`),
    ];

    for (const reply of replies) expectProblem(reply, 400, 'invalid_request', 'cursor');
    expect((await admin.get(`/integrations/connected?cursor=${cursor}`)).status).toBe(200);
  });
});

describe('one integration', () => {
  it('is shown in full to its holder and in summary to members', async () => {
    const { admin, member, jira, membersOwn } = await populated();

    const whole = await admin.get(`/integrations/${jira.id}`);
    const own = await member.get(`/integrations/${membersOwn.id}`);
    const summary = await member.get(`/integrations/${jira.id}`);

    expect(whole.body).toEqual({ integration: jira });
    expect(own.body).toEqual({ integration: membersOwn });
    expect(Object.keys(summary.body.integration).toSorted()).toEqual(summaryKeys);
    expect(jira).toMatchObject(summary.body.integration);
  });

  it('that is foreign, personal to others, absent or malformed is one and the same 404', async () => {
    const { admin, member, stranger, jira, adminsOwn, membersOwn } = await populated();

    const replies = [
      await stranger.get(`/integrations/${jira.id}`),
      await member.get(`/integrations/${adminsOwn.id}`),
      await admin.get(`/integrations/${membersOwn.id}`),
      await admin.get(`/integrations/${jira.id.slice(0, -1)}_`),
      await admin.get('/integrations/int_o_AAAAAAAAAAAAAAAAAAAAAA'),
      await admin.get('/integrations/nonsense'),
      await admin.get('/integrations/%00'),
      await admin.get(`/integrations/${'a'.repeat(400)}`),
    ];

    for (const reply of replies) expectProblem(reply, 404, 'not_found');
    const told = replies.map(({ body: { requestId: _requestId, ...problem } }) => JSON.stringify(problem));
    expect(new Set(told.slice(0, 6)).size).toBe(1);
  });
});

describe('reading', () => {
  it('writes nothing: no item, and no request that could', async () => {
    const { admin, member } = company();
    const { id } = await connected(admin, 'github', (await aGithubAccount()).connection);
    const before = await footprint(admin);

    const read = async () => {
      for (const who of [admin, member]) {
        await who.get('/integrations/connected');
        await who.get(`/integrations/${id}`);
        await who.get('/integrations/available');
        await who.get('/providers/github');
      }
      const { operations } = (await local('GET', 'metrics')).body;
      const readers = ['integrations.list', 'integrations.get', 'providers.list', 'providers.get'];
      return readers.map((operation) => operations[operation]);
    };

    // Again, should another test have set the counters to zero meanwhile.
    await expect.poll(read, { timeout: 10_000 }).toEqual(
      Array.from({ length: 4 }, () =>
        expect.objectContaining({
          dynamodb: expect.objectContaining({ writes: 0, writeUnits: 0 }),
          sqs: 0,
          provider: 0,
        }),
      ),
    );
    expect(await footprint(admin)).toEqual(before);
  });
});
