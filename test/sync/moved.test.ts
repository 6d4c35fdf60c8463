import { describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { recordsOf, synced } from './synced.ts';

const things = (summary: string, count: number) => ({ count, template: { summary, project: 'TEST' } });

describe('an integration that was moved to another site', () => {
  it('shows nothing of the old one, reads everything of the new one, and removes what is left', async () => {
    const admin = caller();
    const [old, other] = [await aJiraSite(), await aJiraSite()];
    await old.control('POST', '/issues', things('Of the old site', 5));
    await other.control('POST', '/issues', things('Of the new site', 3));
    const { id, version } = await connectedJira(admin, old);
    await synced(admin, id);

    const moved = await admin.patch(`/integrations/${id}`, { version, ...other.connection });
    const between = await admin.get(`/integrations/${id}/records`);
    const sync = await synced(admin, id);
    const records = await recordsOf(admin, id);

    expect(moved.status).toBe(200);
    expect(between.body).toMatchObject({ records: [], degraded: true });
    expect(sync).toMatchObject({ full: true, counts: { updated: 3, removed: 2 } });
    expect([...records.values()].map(({ title }) => title)).toEqual(Array(3).fill('Of the new site'));
  });
});
