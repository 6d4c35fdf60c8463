import { describe, expect, it } from 'vitest';
import { type Caller, caller, company } from '../support/api.ts';
import { aJiraWith, usedOf } from './told.ts';

const rate = (who: Caller, id: string, stars: unknown, comment?: string) =>
  who.put(`/integrations/${id}/rating`, { stars, ...(comment !== undefined && { comment }) });
const listed = async (who: Caller) => (await who.get('/ratings')).body.ratings;

describe('a rating', () => {
  it('is one a member and integration, and may be changed', async () => {
    const { admin, member } = company();
    const another = caller({ organizationId: admin.organizationId, role: 'member' });
    const { id } = await aJiraWith(admin, 0);

    const first = await rate(member, id, 1, 'Slow');
    await rate(another, id, 5);
    const second = await rate(member, id, 4, 'Better now');

    expect(first).toMatchObject({ status: 200, body: { rating: { stars: 1, comment: 'Slow' } } });
    expect(second.status).toBe(200);
    expect(await listed(admin)).toEqual([
      {
        integrationId: id,
        provider: 'jira',
        count: 2,
        mean: 4.5,
        comments: [{ stars: 4, comment: 'Better now', ratedAt: second.body.rating.ratedAt }],
      },
    ]);
    expect((await usedOf(admin, 'jira')).rating).toEqual({ count: 2, mean: 4.5 });
  });

  it('of what is one’s own is told as a figure alone', async () => {
    const { admin, member } = company();
    const { id } = await aJiraWith(member, 0, 'user');

    await rate(member, id, 2, 'Mine');

    expect(await listed(admin)).toEqual([]);
    expect((await usedOf(admin, 'jira')).rating).toEqual({ count: 1, mean: 2 });
    expect((await rate(admin, id, 5)).status).toBe(404);
  });

  it('goes with its integration', async () => {
    const { admin, member } = company();
    const { id } = await aJiraWith(admin, 0);
    await rate(member, id, 3);

    await admin.delete(`/integrations/${id}`);
    const used = await usedOf(admin, 'jira');

    expect(used).toMatchObject({ connections: 0, rating: { count: 0, mean: null } });
    expect(await listed(admin)).toEqual([]);
    expect((await rate(member, id, 5)).status).toBe(404);
  });

  it.each([0, 6, 3.5, '5', null])('of %j is none', async (stars) => {
    const admin = caller();
    const { id } = await aJiraWith(admin, 0);

    expect((await rate(admin, id, stars)).status).toBe(400);
    expect(await listed(admin)).toEqual([]);
  });

  it('has a comment that is bounded, and a report that is the admins’', async () => {
    const { admin, member, stranger } = company();
    const { id } = await aJiraWith(admin, 0);

    expect((await rate(member, id, 3, 'a'.repeat(501))).status).toBe(400);
    expect((await rate(stranger, id, 3)).status).toBe(404);
    expect((await member.get('/ratings')).status).toBe(403);
    expect(await listed(stranger)).toEqual([]);
  });
});
