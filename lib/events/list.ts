import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import type { listEvents } from '../contract/operations/organization.ts';
import { invalidField } from '../errors/error.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { type EventRecord, eventsKeptSince, pageOfMonth } from '../store/events.ts';

type Query = z.output<typeof listEvents.query>;
/** Where a page ended: in a month, behind an event; with the bounds it began with (epoch ms). */
type Position = { month: string; after: string | null; from: number; until: number };

const day = 86_400_000;
/** Without a start, the last so many days. */
const usualDays = 30;
/** A filter may match little: so many requests a page at most, the cursor goes on. */
const mostRequests = 20;
const pageSize = 200;

const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);
const monthBefore = (month: string): string => monthOf(Date.parse(`${month}-01`) - day);

const startOf = ({ from, to }: Pick<Query, 'from' | 'to'>): Position => {
  const until = to === undefined ? now() + 1 : Date.parse(to) + (to.length === 10 ? day : 0);
  const start = from === undefined ? Math.min(until, now()) - usualDays * day : Date.parse(from);
  if (start >= until) throw invalidField('to', 'must be after from');
  return { month: monthOf(until - 1), after: null, from: start, until };
};

/** The organisation's events, newest first. Of personal changes only who, what and which provider is known here. */
export const listEventsFor = async (caller: Caller, { limit, cursor, ...filter }: Query) => {
  const scope = { operation: 'audit.list', ...caller, filter };
  const start = openCursor<Position>(scope, cursor) ?? startOf(filter);
  const { until } = start;
  const from = Math.max(start.from, eventsKeptSince());
  if (until <= from) return { events: [], nextCursor: null };
  const matches = (event: EventRecord): boolean =>
    (filter.actor === undefined || event.actor === filter.actor) &&
    (filter.action === undefined || event.action === filter.action) &&
    (filter.target === undefined || event.target === filter.target);

  const found: EventRecord[] = [];
  let { month, after } = start;
  for (let requests = 0; month >= monthOf(from); requests += 1) {
    if (requests === mostRequests || found.length >= limit) break;
    const page = await pageOfMonth(organizationOf(caller), month, { from, until }, after, pageSize);
    const wanted = page.items.filter(matches);
    const taken = wanted.slice(0, limit - found.length);
    found.push(...taken);
    const cut = taken.length < wanted.length ? taken.at(-1) : undefined;
    after = cut ? cut.sk : page.next;
    if (after === null) month = monthBefore(month);
  }

  const more = month >= monthOf(from);
  return {
    events: found.map(({ id, at, actor, action, provider, target, outcome }) => ({
      id,
      at,
      actor,
      action,
      provider,
      target,
      outcome,
    })),
    nextCursor: more ? sealCursor(scope, { month, after, from, until }) : null,
  };
};
