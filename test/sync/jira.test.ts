import { describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { recordsOf, synced } from './synced.ts';

const issues = (count: number) => ({
  count,
  template: { summary: 'A thing to do', type: 'Task', project: 'TEST' },
});

describe('a sync of Jira', () => {
  it('keeps what the site has, in one form, and counts it', async () => {
    const admin = caller();
    const site = await aJiraSite();
    await site.control('POST', '/issues', issues(250));
    const { id } = await connectedJira(admin, site);

    const sync = await synced(admin, id);
    const records = await recordsOf(admin, id);

    expect(sync).toMatchObject({
      state: 'succeeded',
      trigger: 'manual',
      full: true,
      processed: 250,
      counts: { created: 250, updated: 0, skipped: 0, removed: 0, failed: 0 },
    });
    expect(records.size).toBe(250);
    expect(records.get('task TEST-1')).toMatchObject({ title: 'A thing to do', fields: { project: 'TEST' } });
  });
});
