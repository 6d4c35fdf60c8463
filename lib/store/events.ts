import { now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { Owner } from '../model/caller.ts';
import type { Event } from '../model/event.ts';
import { firstEventId } from '../model/ids.ts';
import { keys } from './keys.ts';
import { query } from './table.ts';

const day = 86_400_000;

/** The oldest moment (epoch ms) of which events are kept, by the retention as it is now: DynamoDB drops them late. */
export const eventsKeptSince = (): number => now() - settings().retention.events * day;

/** As stored; the organisation's entry of a personal change has no target. */
export type EventRecord = Omit<Event, 'target' | 'detail'> & { sk: string; target: string | null };

/** One page of a month's events from `from` to before `until` (epoch ms), newest first; `next` goes on within the month. */
export const pageOfMonth = (
  owner: Owner,
  month: string,
  { from, until }: { from: number; until: number },
  after: string | null,
  limit: number,
) =>
  query<EventRecord>({
    ...keys.eventsOfMonth(owner, month),
    between: [firstEventId(from), firstEventId(until)],
    newestFirst: true,
    after,
    limit,
  });
