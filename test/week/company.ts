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
  /** How many issues there are at first. */
  things: number;
};

const perOrganization = 10;
const few = 3;
/** More than two pages, for every so manieth. */
const many = 200;
const everyLarge = 10;

const scheduled = async (
  bench: Bench,
  admin: Caller,
  { interval, failing, things }: Pick<Scheduled, 'interval' | 'failing' | 'things'>,
): Promise<Scheduled> => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const template = { summary: 'Thing {n}' };
  const updated = { from: '2026-01-02T00:00:00Z', to: '2026-01-05T00:00:00Z' };
  await site.control('POST', '/issues', {
    count: things,
    template,
    created: '2026-01-01T00:00:00Z',
    updated,
  });
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
  const first = nextSyncAt === null ? null : Date.parse(nextSyncAt);
  return { admin, site, id, interval, failing, things, first };
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
    return scheduled(bench, admin, {
      interval,
      failing: index % everyFailing === everyFailing - 1,
      things: index % everyLarge === 0 ? many : few,
    });
  });
};
