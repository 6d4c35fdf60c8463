import type { Work } from '../jobs/handle.ts';
import { type Owner, organizationOf } from '../model/caller.ts';
import { firstEventId } from '../model/ids.ts';
import { eventsKeptSince } from '../store/events.ts';
import { type Key, keys } from '../store/keys.ts';
import { query } from '../store/table.ts';
import { OutOfTime, sweepRange } from './sweep.ts';

/** Months before the one in which the retention ends: as far back as the longest usual retention goes. */
const monthsBack = 14;

const dropOf = async (owner: Owner, since: number, work: Work): Promise<void> => {
  const ends = new Date(since);
  for (let back = 0; back <= monthsBack; back += 1) {
    const month = new Date(Date.UTC(ends.getUTCFullYear(), ends.getUTCMonth() - back, 1));
    const between = [firstEventId(0), firstEventId(since)] as const;
    await sweepRange({ ...keys.eventsOfMonth(owner, month.toISOString().slice(0, 7)), between }, work);
  }
};

const each = async (range: { pk: string }, act: (row: Key) => Promise<void>): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page: { items: Key[]; next: string | null } = await query<Key>({ ...range, after, limit: 200 });
    for (const row of page.items) await act(row);
    if (page.next === null) return;
    after = page.next;
  }
};

/**
 * Drops events past their retention. DynamoDB does so by itself, with the retention that held when each
 * was written; a shorter one that was set since holds for those too.
 */
export const dropOldEvents = async (work: Work): Promise<void> => {
  const since = eventsKeptSince();
  const ranges = keys.organizations();
  // A run may not get through all: each begins somewhere else.
  const first = Math.floor(Math.random() * ranges.length);
  try {
    for (const range of [...ranges.slice(first), ...ranges.slice(0, first)])
      await each(range, async ({ sk }) => {
        const organizationId = sk.slice('ORG#'.length);
        await dropOf(organizationOf({ organizationId }), since, work);
        await each(keys.membersOf(organizationId), (member) =>
          dropOf({ organizationId, userId: member.sk }, since, work),
        );
      });
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
  }
};
