import { beforeAll, describe, expect, it } from 'vitest';
import { jiraPerson, problemOf } from '../search/asking.ts';
import { type Caller, caller, company, type Reply } from '../support/api.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { aPerson, link, linked, linkIds, linksOf, linksTo, time } from './linking.ts';

const { admin, member, other, stranger } = company();
const colleague = caller({ organizationId: admin.organizationId, role: 'member' });
let site: JiraSite;
let jira: string;
let own: string;
let ada: string;

beforeAll(async () => {
  site = await aJiraSite();
  ada = await jiraPerson(site, { displayName: 'Ada Lovelace' });
  jira = (await connectedJira(admin, site)).id;
  own = (await connectedJira(member, site, 'user')).id;
});

const byMember = () => linked(member, jira, { type: 'person', id: ada });
const personal = () => linked(member, own, { type: 'person', id: ada });
const malformed = ['x', 'lnk_', 'lnk_AAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'a%00', `lnk_${'A'.repeat(300)}`];

describe('one link', () => {
  it('is what it was made as, for all who may see it', async () => {
    const [shared, mine] = [await byMember(), await personal()];

    const replies = await Promise.all(
      [admin, member, colleague].map((who) => who.get(`/links/${shared.id}`)),
    );

    for (const { status, body } of replies) expect([status, body]).toEqual([200, { link: shared }]);
    expect((await member.get(`/links/${mine.id}`)).body).toEqual({ link: mine });
  });

  const calls: [string, (who: Caller, id: string) => Promise<Reply>][] = [
    ['get', (who, id) => who.get(`/links/${id}`)],
    ['delete', (who, id) => who.delete(`/links/${id}`)],
    ['refresh', (who, id) => who.post(`/links/${id}/refresh`)],
  ];
  it.each(calls)('is 404 in the same words for all who may not: %s', async (_, call) => {
    const [shared, mine] = [await byMember(), await personal()];
    const gone = await byMember();
    await admin.delete(`/links/${gone.id}`);
    const absent = await call(admin, gone.id);

    const replies = [
      await call(stranger, shared.id),
      await call(admin, mine.id),
      await call(other, mine.id),
      await call(colleague, mine.id),
      await call(stranger, mine.id),
      ...(await Promise.all(malformed.map((id) => call(admin, id)))),
    ];

    expect([absent.status, absent.body.code]).toEqual([404, 'not_found']);
    for (const reply of replies) expect(problemOf(reply)).toEqual(problemOf(absent));
    expect((await member.get(`/links/${shared.id}`)).status).toBe(200);
    expect((await member.get(`/links/${mine.id}`)).status).toBe(200);
  });

  it('has one id only', async () => {
    const { id } = await byMember();
    const same = [`${id}=`, `${id}A`, ` ${id}`, id.toUpperCase(), id.replace('lnk_', 'LNK_')];

    const replies = await Promise.all(same.map((one) => admin.get(`/links/${encodeURIComponent(one)}`)));

    expect(replies.map(({ status }) => status)).toEqual(same.map(() => 404));
  });
});

describe('unlinking', () => {
  it.each([
    ['who made it', () => member, byMember],
    ['an admin', () => admin, byMember],
    ['an admin who did not connect', () => other, byMember],
    ['the owner of a personal integration', () => member, personal],
  ])('is for %s: 204, and it is gone from every list', async (_, who, make) => {
    const { id, entity, integration, external } = await make();

    const reply = await who().delete(`/links/${id}`);

    expect([reply.status, reply.text]).toEqual([204, '']);
    const left = [
      await linksOf(member, entity),
      await linksTo(integration.scope === 'user' ? member : admin, integration.id, 'person', external.id),
    ];
    expect(left.flatMap(linkIds)).not.toContain(id);
    expect((await member.get(`/links/${id}`)).status).toBe(404);
    expect((await who().delete(`/links/${id}`)).status).toBe(404);
  });

  it('is 403 for another member, and changes nothing', async () => {
    const made = await byMember();

    const reply = await colleague.delete(`/links/${made.id}`);

    expect([reply.status, reply.body.code]).toEqual([403, 'forbidden']);
    expect((await linksOf(colleague, made.entity)).body.links).toEqual([made]);
  });

  it('is in the audit', async () => {
    const { id } = await byMember();
    await admin.delete(`/links/${id}`);

    const { events } = (await admin.get(`/audit?target=${id}`)).body;

    expect(
      events.map(({ action, actor, outcome, at }: Record<string, string>) => [action, actor, outcome, at]),
    ).toEqual([
      ['link.deleted', admin.userId, 'ok', time],
      ['link.created', member.userId, 'ok', time],
    ]);
  });

  it('can be done once only, however many try at once', async () => {
    const { id } = await byMember();

    const replies = await Promise.all(Array.from({ length: 8 }, () => member.delete(`/links/${id}`)));

    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([204, ...Array(7).fill(404)]);
    const { events } = (await admin.get(`/audit?action=link.deleted&target=${id}`)).body;
    expect(events).toHaveLength(1);
  });

  it('makes room for the same link again', async () => {
    const entity = aPerson();
    const first = await linked(member, jira, { type: 'person', id: ada }, entity);
    await member.delete(`/links/${first.id}`);

    const again = await link(admin, jira, { type: 'person', id: ada }, entity);

    expect([again.status, again.body.link.createdBy]).toEqual([201, admin.userId]);
    expect(linkIds(await linksOf(member, entity))).toEqual([again.body.link.id]);
  });

  it('ends the person’s activity with the next call', async () => {
    const { id, entity } = await byMember();
    const path = `/persons/${entity.id}/activity?from=2026-01-01&to=2026-02-01`;
    const before = await admin.get(path);

    await member.delete(`/links/${id}`);
    const after = await admin.get(path);

    expect([before.status, before.body.linked]).toEqual([200, true]);
    expect([after.status, after.body.linked, after.body.items]).toEqual([200, false, []]);
  });
});
