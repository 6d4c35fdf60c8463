import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, local, newId } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aGithubAccount, connected, connectedGithub } from '../support/standins.ts';
import { settled } from '../support/table.ts';
import { aHeldOrganization, type Held, rowsWith } from './held.ts';

/** What erasing leaves, and what it leaves alone (F025). */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const erase = async (admin: Caller, subject: object) => {
  const reply = await admin.post('/erase', { subject });
  await settled(cloud);
  return reply;
};
const states = async (admin: Caller): Promise<string[]> =>
  (await admin.get('/erase')).body.erasures.map(({ state }: { state: string }) => state);
/** The hour in which calls that were under way end is over. */
const anHourLater = async (): Promise<void> => {
  await local('POST', 'clock', { advanceSeconds: 3_700 }, cloud.url);
  expect((await local('POST', 'schedules/purge', undefined, cloud.url)).status).toBe(200);
};
const partitionOf = (line: string): string => JSON.parse(line).pk.S;

describe('an organisation', () => {
  it('is gone with its users, its keys first; only that it was erased is kept for a time', async () => {
    const { admin, member, shared, own, person, account } = await aHeldOrganization(cloud);
    const { organizationId } = admin;
    const bystander = await aHeldOrganization(cloud);
    const everything = [organizationId, member.userId, shared.id, own.id, person.id, account.login];
    const before = await rowsWith(cloud, ...everything);

    const reply = await erase(admin, { kind: 'organization', id: organizationId });
    const first = await rowsWith(cloud, ...everything);
    await anHourLater();
    const left = await rowsWith(cloud, ...everything);

    expect(reply).toMatchObject({
      status: 202,
      body: { erasure: { state: 'running', requestedBy: admin.userId } },
    });
    expect(before.length).toBeGreaterThan(25);
    const directories = [
      `ORG#${organizationId}#MEMBERS`,
      `ORG#${organizationId}#ERASURES`,
      `ERASED#${organizationId}`,
    ];
    expect([...new Set(first.map(partitionOf))].toSorted()).toEqual(directories.toSorted());
    expect(left.map(partitionOf).toSorted()).toEqual(directories.slice(1).toSorted());
    for (const line of left) expect(JSON.parse(line).expiresAt.N).toMatch(/^\d+$/);
    expect(await states(admin)).toEqual(['done']);
    expect(
      (await bystander.admin.post(`/integrations/${bystander.shared.id}/search`, { query: 'a' })).status,
    ).toBe(200);
  });

  it('gets no new data key from a call that comes too late', async () => {
    const admin = caller({}, cloud.url);
    await connectedGithub(admin, await aGithubAccount({}, [], cloud.standins['github']));
    await erase(admin, { kind: 'organization', id: admin.organizationId });
    const account = await aGithubAccount({}, [], cloud.standins['github']);

    const reply = await admin.post('/integrations/connect', {
      provider: 'github',
      scope: 'organization',
      auth: 'api_token',
      ...account.connection,
    });

    expectProblem(reply, 403, 'forbidden');
    expect(
      await rowsWith(cloud, 'DATAKEY#').then((rows) =>
        rows.filter((row) => row.includes(admin.organizationId)),
      ),
    ).toEqual([]);
  });

  it('of somebody else is not known', async () => {
    const { admin } = await aHeldOrganization(cloud);
    const stranger = caller({}, cloud.url);

    expectProblem(
      await erase(stranger, { kind: 'organization', id: admin.organizationId }),
      404,
      'not_found',
    );
    expect((await admin.get('/integrations/connected')).body.integrations).toHaveLength(1);
    expect(await states(stranger)).toEqual([]);
  });
});

describe('a user', () => {
  let held: Held;
  beforeAll(async () => {
    held = await aHeldOrganization(cloud);
  });

  it('is gone with all that was theirs; what is the organisation’s stays, and so does its audit', async () => {
    const { admin, member, shared, own, person, account } = held;
    const { organizationId } = admin;

    const reply = await erase(admin, { kind: 'user', id: member.userId });
    await anHourLater();

    expect(reply.status).toBe(202);
    expect(await rowsWith(cloud, `#USER#${member.userId}`, own.id, account.login)).toEqual([]);
    const left = (await rowsWith(cloud, member.userId)).map(partitionOf);
    for (const pk of left) expect(pk).toMatch(new RegExp(`^ORG#${organizationId}#(EVT#|ERASURES$)`));
    const links = await admin.get(`/links?entityType=Person&entityId=${person.id}`);
    expect(links.body.links).toMatchObject([{ integration: { id: shared.id } }]);
    const { events } = (await admin.get('/audit')).body;
    expect(events.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['erasure.requested', 'integration.created']),
    );
    expect(await states(admin)).toEqual(['done']);
  });
});

describe('an entity', () => {
  it('loses its links in the organisation and at every user, and what was cached of it', async () => {
    const { admin, member, shared, own, person } = await aHeldOrganization(cloud);
    const meeting = { type: 'Meeting', id: person.id };

    const reply = await erase(admin, { kind: 'entity', entity: person });

    expect(reply).toMatchObject({
      status: 202,
      body: { erasure: { subject: { kind: 'entity', entity: person } } },
    });
    const links = await member.get(`/links?entityType=Person&entityId=${person.id}`);
    expect(links.body.links).toEqual([]);
    expect((await rowsWith(cloud, `ACT#${own.id}`, `ACT#${shared.id}`)).length).toBe(0);
    expect((await member.get(`/integrations/${own.id}`)).status).toBe(200);
    expect((await erase(admin, { kind: 'entity', entity: meeting })).status).toBe(202);
  });
});

describe('erasing', () => {
  it('is for admins', async () => {
    const { member, person } = await aHeldOrganization(cloud);

    expectProblem(await erase(member, { kind: 'entity', entity: person }), 403, 'forbidden');
    expectProblem(await member.get('/erase'), 403, 'forbidden');
  });

  it('is asked for once with one key', async () => {
    const admin = caller({}, cloud.url);
    const key = { headers: { 'idempotency-key': newId('key') } };
    const subject = { kind: 'user', id: newId('user') };

    const replies = [
      await admin.post('/erase', { subject }, key),
      await admin.post('/erase', { subject }, key),
    ];

    expect(replies[1]?.body).toEqual(replies[0]?.body);
    expect(await states(admin)).toHaveLength(1);
  });

  it('can be an operator’s command', async () => {
    const { admin, member, own } = await aHeldOrganization(cloud);
    const { organizationId } = admin;
    const payload = { kind: 'user', organizationId, userId: member.userId };

    const reply = await local('POST', 'commands/erase', payload, cloud.url);

    expect(reply).toMatchObject({ status: 200, body: { result: { id: expect.stringMatching(/^ers_/) } } });
    expect(await rowsWith(cloud, own.id)).toEqual([]);
    expect((await admin.get('/erase')).body.erasures).toMatchObject([{ requestedBy: 'system' }]);
  });
});

describe('an export', () => {
  const all = async (who: Caller, query: string) => {
    // biome-ignore lint/suspicious/noExplicitAny: items hold what their kind has.
    const items: any[] = [];
    for (let cursor = ''; ; ) {
      const reply = await who.get(`/export?limit=3&${query}${cursor && `&cursor=${cursor}`}`);
      expect(reply.status).toBe(200);
      items.push(...reply.body.items);
      if (reply.body.nextCursor === null) return items;
      cursor = reply.body.nextCursor;
    }
  };
  const kindsOf = (items: { kind: string }[]): string[] =>
    [...new Set(items.map(({ kind }) => kind))].toSorted();

  it('has what erasing would delete: the organisation’s for admins, one’s own for oneself, no secret in either', async () => {
    const { admin, member, shared, own, person, account } = await aHeldOrganization(cloud);

    const organization = await all(admin, 'kind=organization');
    const personal = await all(member, 'kind=user');
    const entity = await all(admin, `kind=entity&entityType=Person&entityId=${person.id}`);

    expect(kindsOf(organization)).toEqual(
      'activity event failed_job import integration link oauth_app policy rating record sync'.split(' '),
    );
    expect(JSON.stringify(organization)).not.toContain(own.id);
    expect(kindsOf(personal)).toEqual(['activity', 'event', 'integration', 'link', 'sync']);
    expect(entity).toMatchObject([{ kind: 'link', data: { integrationId: shared.id, entityId: person.id } }]);
    expect(personal.find(({ kind }) => kind === 'integration').data).toMatchObject({
      id: own.id,
      account: { id: expect.any(String) },
    });
    expect(JSON.stringify(organization)).not.toContain(account.login);
    expect(JSON.stringify([organization, personal])).not.toMatch(
      /sealed|wrapped|"pk"|ticketHash|tokenVersion/,
    );
  });

  it('of others’ personal things is nobody’s, admins included', async () => {
    const { admin, member, own } = await aHeldOrganization(cloud);

    const mine = await all(admin, 'kind=user');

    expect(JSON.stringify(mine)).not.toContain(own.id);
    expectProblem(await member.get('/export?kind=organization'), 403, 'forbidden');
    expectProblem(await member.get('/export?kind=entity&entityType=Person&entityId=p'), 403, 'forbidden');
  });

  it('goes on only where it began: the cursor is its caller’s and its filter’s', async () => {
    const { admin, member } = await aHeldOrganization(cloud);
    const { nextCursor } = (await admin.get('/export?limit=1&kind=organization')).body;

    for (const [who, query] of [
      [member, 'kind=user'],
      [admin, 'kind=user'],
      [caller({}, cloud.url), 'kind=organization'],
    ] as const)
      expectProblem(
        await who.get(`/export?limit=1&${query}&cursor=${nextCursor}`),
        400,
        'invalid_request',
        'cursor',
      );
  });
});

describe('events past their retention', () => {
  it('are not shown any more, and purged', async () => {
    const admin = caller({}, cloud.url);
    const account = await aGithubAccount({}, [], cloud.standins['github']);
    await connected(admin, 'github', account.connection);
    await settled(cloud);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const inAudit = async (): Promise<number> =>
      (await admin.get(`/audit?from=${yesterday}&limit=100`)).body.events.length;
    const stored = (): Promise<string[]> => rowsWith(cloud, `ORG#${admin.organizationId}#EVT#`);
    const shown = await inAudit();

    await local('POST', 'clock', { advanceSeconds: 401 * 86_400 }, cloud.url);
    const hidden = await inAudit();
    const kept = (await stored()).length;
    await local('POST', 'schedules/purge', undefined, cloud.url);

    expect([shown, hidden]).toEqual([1, 0]);
    expect(kept).toBe(1);
    expect(await stored()).toEqual([]);
  });
});
