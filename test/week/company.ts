import { inParallel } from '../../lib/model/parallel.ts';
import type { Interval } from '../../lib/model/sync.ts';
import { type Caller, caller } from '../support/api.ts';
import type { Bench } from '../support/bench.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';

/** Many integrations of many organisations, each with a schedule and a site of its own. */

export type Scheduled = {
  admin: Caller;
  site: JiraSite;
  id: string;
  interval: Interval;
  /** When its first sync is due (epoch ms by the local clock); null where nothing starts it. */
  first: number | null;
  /** Its provider answers nothing but errors. */
  failing: boolean;
};

const perOrganization = 10;
const things = 3;

const scheduled = async (bench: Bench, admin: Caller, interval: Interval, failing: boolean) => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const template = { summary: 'Thing {n}' };
  await site.control('POST', '/issues', { count: things, template, updated: '2026-01-02T00:00:00Z' });
  const { id } = await connectedJira(admin, site, 'organization', { name: site.host });
  const reply = await admin.put(`/integrations/${id}/schedule`, { interval });
  if (reply.status !== 200) throw new Error(`schedule: ${reply.status} ${reply.text}`);
  const { nextSyncAt } = reply.body;
  if (failing)
    await site.fault({
      match: { path: '/search' },
      times: 1_000_000,
      act: { kind: 'answer', status: 503, headers: { 'retry-after': '5' } },
    });
  return { admin, site, id, interval, failing, first: nextSyncAt === null ? null : Date.parse(nextSyncAt) };
};

/** One integration for each interval named, every so manieth of them at a provider that fails. */
export const scheduledIntegrations = (
  bench: Bench,
  wanted: readonly Interval[],
  everyFailing: number,
): Promise<Scheduled[]> => {
  const admins = Array.from({ length: Math.ceil(wanted.length / perOrganization) }, () =>
    caller({}, bench.url),
  );
  return inParallel(4, [...wanted.entries()], ([index, interval]) => {
    const admin = admins[Math.floor(index / perOrganization)];
    if (!admin) throw new Error('There is no such organisation.');
    return scheduled(bench, admin, interval, index % everyFailing === everyFailing - 1);
  });
};
