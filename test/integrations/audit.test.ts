import { describe, expect, it } from 'vitest';
import { type Caller, caller, company, newId, type Reply } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
} from '../support/standins.ts';
import { expectProblem, moment } from './told.ts';

type Entry = {
  id: string;
  at: string;
  actor: string;
  action: string;
  provider?: string;
  target?: string;
  outcome: string;
};

const audit = async (who: Caller, query = ''): Promise<{ events: Entry[]; nextCursor: string | null }> => {
  const { status, body, text } = await who.get(`/audit${query}`);
  if (status !== 200) throw new Error(`audit: ${status} ${text}`);
  return body as { events: Entry[]; nextCursor: string | null };
};

/** Follows the cursor to the end. */
const all = async (who: Caller, query = '?'): Promise<Entry[]> => {
  const found: Entry[] = [];
  for (let cursor = ''; ; ) {
    const { events, nextCursor } = await audit(who, `${query}${cursor}`);
    found.push(...events);
    if (nextCursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
};

const linkTo = (who: Caller, integrationId: string, { login }: GithubAccount) =>
  who.post('/links', {
    entity: { type: 'Person', id: newId('person') },
    integrationId,
    external: { type: 'person', id: login },
  });

describe('the audit log', () => {
  it('gets exactly one entry per change, that says who did what to what and how it ended', async () => {
    const { admin, member, other } = company();
    const [site, account] = [await aJiraSite(), await aGithubAccount()];
    const github = await connectedGithub(admin, account);
    const seen = new Set((await all(admin)).map(({ id }) => id));
    const added: Entry[][] = [];
    const change = async (call: Promise<Reply>): Promise<Reply> => {
      const reply = await call;
      const events = (await all(admin)).filter(({ id }) => !seen.has(id));
      for (const { id } of events) seen.add(id);
      added.push(events);
      return reply;
    };
    const { credentials } = site.connection;
    const body = { provider: 'jira', scope: 'organization', auth: 'api_token', ...site.connection };

    const { id } = (await change(admin.post('/integrations/connect', body))).body.integration;
    const path = `/integrations/${id}`;
    await change(other.patch(path, { name: 'New', version: 1 }));
    await change(admin.patch(path, { enabled: false, version: 2 }));
    await change(admin.patch(path, { enabled: true, version: 3 }));
    await change(admin.patch(path, { credentials, version: 4 }));
    await change(admin.post(`${path}/test`));
    await site.fault({ times: 1, act: { kind: 'answer', status: 403 } });
    await change(admin.post(`${path}/test`));
    await change(admin.delete(path));
    const { link } = (await change(linkTo(member, github.id, account))).body;
    await change(member.post(`/links/${link.id}/refresh`));
    await change(member.delete(`/links/${link.id}`));

    const entry = (who: Caller, action: string, target: string, provider: string, outcome = 'ok') => [
      {
        id: expect.stringMatching(/^evt_/),
        at: moment,
        actor: who.userId,
        action,
        provider,
        target,
        outcome,
      },
    ];
    expect(added).toEqual([
      entry(admin, 'integration.created', id, 'jira'),
      entry(other, 'integration.updated', id, 'jira'),
      entry(admin, 'integration.disabled', id, 'jira'),
      entry(admin, 'integration.enabled', id, 'jira'),
      entry(admin, 'integration.credentials_changed', id, 'jira'),
      entry(admin, 'integration.tested', id, 'jira'),
      entry(admin, 'integration.tested', id, 'jira', 'failed'),
      entry(admin, 'integration.deleted', id, 'jira'),
      entry(member, 'link.created', link.id, 'github'),
      entry(member, 'link.refreshed', link.id, 'github'),
      entry(member, 'link.deleted', link.id, 'github'),
    ]);
  });

  it('gets none for what was refused, read or only tried', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    const before = await all(admin);

    const statuses = [
      await member.patch(`/integrations/${id}`, { name: 'New', version: 1 }),
      await admin.patch(`/integrations/${id}`, { name: 'New', version: 9 }),
      await admin.patch(`/integrations/${id}`, { nonsense: 1, version: 1 }),
      await member.delete(`/integrations/${id}`),
      await admin.post('/integrations/test', {
        provider: 'github',
        scope: 'organization',
        auth: 'api_token',
        ...account.connection,
      }),
      await admin.post(`/integrations/${id}/search`, { query: 'a' }),
      await admin.get('/audit'),
    ].map(({ status }) => status);

    expect(statuses).toEqual([403, 409, 400, 403, 200, 200, 200]);
    expect(await all(admin)).toEqual(before);
  });

  it('is for admins', async () => {
    const { member } = company();

    expectProblem(await member.get('/audit'), 403, 'forbidden');
  });

  it('holds what happened in the organisation, and nothing of another', async () => {
    const { admin, other, stranger } = company();
    const { id } = await connectedGithub(admin, await aGithubAccount());
    await connectedGithub(stranger, await aGithubAccount());

    expect((await all(other)).map(({ target }) => target)).toEqual([id]);
    expect((await all(stranger)).map(({ target }) => target)).not.toContain(id);
  });

  it('says of personal changes only who, what and which provider', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(member, account, 'user', { name: 'My very own' });
    await linkTo(member, id, account);
    await member.patch(`/integrations/${id}`, { name: 'My other', version: 1 });
    await member.delete(`/integrations/${id}`);

    const reply = await admin.get('/audit');

    expect(reply.body.events).toEqual(
      ['integration.deleted', 'integration.updated', 'link.created', 'integration.created'].map((action) => ({
        id: expect.stringMatching(/^evt_/),
        at: moment,
        actor: member.userId,
        action,
        provider: 'github',
        outcome: 'ok',
      })),
    );
    for (const word of [id, 'My very own', 'My other', account.login]) expect(reply.text).not.toContain(word);
  });

  it('holds no secret, no address and no name somebody typed', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site, 'organization', { name: 'A name somebody typed' });
    await admin.patch(`/integrations/${id}`, { credentials: site.connection.credentials, version: 1 });
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    await admin.post(`/integrations/${id}/test`);
    await admin.delete(`/integrations/${id}`);

    const { text, body } = await admin.get('/audit');

    expect(body.events).toHaveLength(5);
    for (const word of [site.apiToken, site.username, site.host, 'somebody typed'])
      expect(text).not.toContain(word);
  });
});

/** Six events of two integrations by two admins, oldest first. */
const sixEvents = async () => {
  const { admin, other } = company();
  const first = await connectedGithub(admin, await aGithubAccount());
  const second = await connectedGithub(other, await aGithubAccount());
  await other.patch(`/integrations/${first.id}`, { name: 'One', version: 1 });
  await admin.patch(`/integrations/${second.id}`, { name: 'Two', version: 1 });
  await admin.post(`/integrations/${first.id}/test`);
  await other.delete(`/integrations/${second.id}`);
  const whole = await all(admin);
  return { admin, other, first, second, whole };
};

describe('paging through the audit log', () => {
  it('gives every entry once, newest first', async () => {
    const { admin, whole } = await sixEvents();

    for (const limit of [1, 2, 4, 6, 100]) expect(await all(admin, `?limit=${limit}`)).toEqual(whole);
    expect(whole.map(({ action }) => action)).toEqual([
      'integration.deleted',
      'integration.tested',
      'integration.updated',
      'integration.updated',
      'integration.created',
      'integration.created',
    ]);
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  it('is not moved by what happens meanwhile', async () => {
    const { admin, whole } = await sixEvents();
    const { events, nextCursor } = await audit(admin, '?limit=2');

    await connectedGithub(admin, await aGithubAccount());
    const rest = await all(admin, `?cursor=${encodeURIComponent(nextCursor ?? '')}`);

    expect([...events, ...rest]).toEqual(whole);
  });

  it('is refused with the cursor of another admin or another filter', async () => {
    const { admin, other } = await sixEvents();
    const { nextCursor } = await audit(admin, '?limit=2');

    const replies = [
      await other.get(`/audit?cursor=${nextCursor}`),
      await admin.get(`/audit?action=integration.created&cursor=${nextCursor}`),
      await admin.get(`/integrations/connected?cursor=${nextCursor}`),
      await admin.get('/audit?cursor=nonsense'),
    ];

    for (const reply of replies) expectProblem(reply, 400, 'invalid_request', 'cursor');
  });
});

describe('the audit log’s filters', () => {
  it('keep what an actor did, what was done, and what it was done to', async () => {
    const { admin, other, first, second, whole } = await sixEvents();
    const kept = (test: (entry: Entry) => boolean) => whole.filter(test);

    const byActor = await all(admin, `?actor=${other.userId}`);
    const byAction = await all(admin, '?action=integration.updated');
    const byTarget = await all(admin, `?target=${first.id}&limit=1`);
    const byAll = await all(admin, `?actor=${admin.userId}&action=integration.updated&target=${second.id}`);
    const byNothing = await all(admin, '?action=link.created');

    expect(byActor).toEqual(kept(({ actor }) => actor === other.userId));
    expect(byAction).toEqual(kept(({ action }) => action === 'integration.updated'));
    expect(byTarget).toEqual(kept(({ target }) => target === first.id));
    expect([byActor, byAction, byTarget, byAll, byNothing].map(({ length }) => length)).toEqual([
      3, 2, 3, 1, 0,
    ]);
  });

  it('keep what happened from a moment on, and before another', async () => {
    const { admin, whole } = await sixEvents();
    const at = (index: number): string => whole[index]?.at ?? '';
    const between = (from: string, to: string) => whole.filter((entry) => entry.at >= from && entry.at < to);

    const since = await all(admin, `?from=${at(2)}`);
    const dayBefore = new Date(Date.parse(at(5)) - 86_400_000).toISOString();
    const until = await all(admin, `?from=${dayBefore}&to=${at(2)}`);
    const both = await all(admin, `?from=${at(4)}&to=${at(1)}&limit=1`);

    expect(since).toEqual(between(at(2), '9'));
    expect(until).toEqual(between('0', at(2)));
    expect(both).toEqual(between(at(4), at(1)));
    expect(since.length + until.length).toBe(6);
    expect(both.length).toBeGreaterThan(0);
  });

  it('take days, both included', async () => {
    const { admin, whole } = await sixEvents();
    const day = (offset: number): string =>
      new Date(Date.parse(whole[0]?.at ?? '') + offset * 86_400_000).toISOString().slice(0, 10);

    const around = await all(admin, `?from=${day(-1)}&to=${day(0)}`);
    const earlier = await all(admin, `?from=${day(-40)}&to=${day(-2)}`);
    const later = await all(admin, `?from=${day(2)}&to=${day(3)}`);

    expect(around).toEqual(whole);
    expect([earlier, later]).toEqual([[], []]);
  });

  it.each([
    ['from', 'from=yesterday'],
    ['to', 'to=2026-13-01'],
    ['to', 'from=2026-02-02&to=2026-02-01'],
    ['actor', 'actor=a%23b'],
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['colour', 'colour=red'],
  ])('name %s where it is wrong, as in %s', async (name, query) => {
    const reply = await caller().get(`/audit?${query}`);

    expectProblem(reply, 400, 'invalid_request', name);
  });
});
