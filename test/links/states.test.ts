import { describe, expect, it } from 'vitest';
import { rowsOf } from '../integrations/stored.ts';
import { during, jiraPerson } from '../search/asking.ts';
import { company, local } from '../support/api.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { aPerson, link, linked, linkIds, linksOf, linksTo } from './linking.ts';

/** A Jira of its own with one person, linked once. */
const linkedOnce = async () => {
  const { admin, member } = company();
  const site = await aJiraSite();
  const ada = await jiraPerson(site, { displayName: 'Ada Lovelace' });
  const { id, version } = await connectedJira(admin, site);
  const made = await linked(member, id, { type: 'person', id: ada });
  return { admin, member, site, ada, id, version, made };
};

describe.each(['disabled', 'rejected'])('links of an integration that is %s', (state) => {
  const stopped = async () => {
    const one = await linkedOnce();
    if (state === 'disabled')
      await one.admin.patch(`/integrations/${one.id}`, { enabled: false, version: one.version });
    else {
      await one.site.control('DELETE', `/tokens/${one.site.apiToken}`);
      await one.admin.post(`/links/${one.made.id}/refresh`);
    }
    return { ...one, code: state === 'disabled' ? 'integration_disabled' : 'needs_reauth' };
  };

  it('are not made, refreshed or made in bulk: 409, and nobody is asked', async () => {
    const { member, site, ada, id, made, code } = await stopped();
    const entity = aPerson();
    const candidates = [{ entity, email: 'ada@people.example' }];

    const { result, calls } = await during(site, async () => [
      await link(member, id, { type: 'person', id: ada }, entity),
      await link(member, id, { type: 'person', id: ada }, made.entity),
      await member.post(`/links/${made.id}/refresh`),
      await member.post('/links/bulk', { integrationId: id, candidates }),
    ]);

    expect(result.map(({ status, body }) => [status, body.code])).toEqual(Array(4).fill([409, code]));
    expect(calls).toEqual([]);
    expect(linkIds(await linksOf(member, entity))).toEqual([]);
  });

  it('are still there to be listed, read and removed', async () => {
    const { admin, member, site, ada, id, made } = await stopped();

    const { result, calls } = await during(site, async () => [
      await linksOf(member, made.entity),
      await linksTo(member, id, 'person', ada),
      await member.get(`/links/${made.id}`),
      await admin.delete(`/links/${made.id}`),
    ]);

    expect(result.map(({ status }) => status)).toEqual([200, 200, 200, 204]);
    expect(result.slice(0, 2).map(linkIds)).toEqual([[made.id], [made.id]]);
    expect(linkIds(await linksOf(member, made.entity))).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe('links of an integration that is deleted', () => {
  const linkRows = async (who: Parameters<typeof rowsOf>[0]) =>
    (await rowsOf(who)).filter(({ sk }) => sk.startsWith('LINK#'));

  /** Waits for a call that hangs at the stand-in, so that what follows happens during it. */
  const reached = (site: JiraSite, path: RegExp) =>
    expect.poll(async () => (await site.calls()).at(-1)?.path).toMatch(path);

  it('are gone at once, and from the table once the purge ran', async () => {
    const { admin, member, ada, id, made } = await linkedOnce();

    await admin.delete(`/integrations/${id}`);
    const replies = [
      await member.get(`/links/${made.id}`),
      await member.delete(`/links/${made.id}`),
      await member.post(`/links/${made.id}/refresh`),
      await linksTo(member, id, 'person', ada),
      await linksOf(member, made.entity),
    ];
    await local('POST', 'schedules/sweep-events');

    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404, 200]);
    expect(replies.at(-1)?.body).toEqual({ links: [], degraded: false });
    expect(await linkRows(admin)).toEqual([]);
  });

  it('are not made by a call that was under way', async () => {
    const { admin, member, site, ada, id } = await linkedOnce();
    const entity = aPerson();
    await site.fault({ times: 1, match: { path: '/user$' }, act: { kind: 'delay', ms: 500 } });

    const late = link(member, id, { type: 'person', id: ada }, entity);
    await reached(site, /\/user$/);
    const removed = await admin.delete(`/integrations/${id}`);
    const reply = await late;
    await local('POST', 'schedules/sweep-events');

    expect([removed.status, reply.status, reply.body.code]).toEqual([204, 404, 'not_found']);
    expect(linkIds(await linksOf(member, entity))).toEqual([]);
    expect(await linkRows(admin)).toEqual([]);
  });

  it('are not made by a bulk call that was under way', async () => {
    const { admin, member, site, id } = await linkedOnce();
    await jiraPerson(site, { displayName: 'Grace', email: 'grace@people.example' });
    const candidates = Array.from({ length: 12 }, () => ({
      entity: aPerson(),
      email: 'grace@people.example',
    }));
    await site.fault({ times: 12, match: { path: '/user/search$' }, act: { kind: 'delay', ms: 200 } });

    const late = member.post('/links/bulk', { integrationId: id, candidates });
    await reached(site, /\/user\/search$/);
    await admin.delete(`/integrations/${id}`);
    const { status, body } = await late;
    await local('POST', 'schedules/sweep-events');

    expect(status).toBe(200);
    expect(body.results).toMatchObject(candidates.map(() => ({ outcome: 'failed', code: 'not_found' })));
    expect(await linkRows(admin)).toEqual([]);
  });

  it('do not survive, whichever of both comes first', async () => {
    const { admin, member, site, id } = await linkedOnce();
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, index) => jiraPerson(site, { displayName: `Number ${index}` })),
    );

    const attempts = people.map((person) => link(member, id, { type: 'person', id: person }));
    const removed = await admin.delete(`/integrations/${id}`);
    const replies = await Promise.all(attempts);
    await local('POST', 'schedules/sweep-events');

    expect(removed.status).toBe(204);
    expect(replies.filter(({ status }) => status !== 201 && status !== 404)).toEqual([]);
    expect(await linkRows(admin)).toEqual([]);
  });
});
