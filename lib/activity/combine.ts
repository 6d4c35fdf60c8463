import type { ActivityItem, PullRequestItem, TicketItem } from '../model/activity.ts';
import type { Source } from './collect.ts';

const isTicket = (item: ActivityItem): item is TicketItem => item.kind === 'ticket';
const isPull = (item: ActivityItem): item is PullRequestItem => item.kind === 'pull_request';

/** Counts of what is shown, so that they add up to it. A draft counts as open. */
export const metricsOf = (items: readonly ActivityItem[]) => {
  const tickets = items.filter(isTicket);
  const pulls = items.filter(isPull);
  const inCategory = (category: TicketItem['statusCategory']): number =>
    tickets.filter(({ statusCategory }) => statusCategory === category).length;
  const inState = (...states: PullRequestItem['state'][]): number =>
    pulls.filter(({ state }) => states.includes(state)).length;
  return {
    tickets: {
      completed: inCategory('done'),
      inProgress: inCategory('in_progress'),
      notStarted: inCategory('new'),
      total: tickets.length,
    },
    pullRequests: {
      open: inState('open', 'draft'),
      merged: inState('merged'),
      closed: inState('closed'),
      total: pulls.length,
    },
  };
};

/**
 * One answer of several sources: newest change first; what two integrations both see counts once, as the
 * one that saw the later change has it.
 */
export const combine = (sources: readonly Source[]) => {
  const byUrl = new Map<string, ActivityItem & { integrationId: string }>();
  for (const { integrationId, items } of sources)
    for (const item of items) {
      const known = byUrl.get(item.url);
      if (!known || known.updatedAt < item.updatedAt) byUrl.set(item.url, { ...item, integrationId });
    }
  const items = [...byUrl.values()].toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  return {
    items,
    metrics: metricsOf(items),
    sources: sources.map(({ items: _items, ...source }) => source),
    linked: sources.length > 0,
    degraded: sources.some(({ status }) => status !== 'ok'),
  };
};
