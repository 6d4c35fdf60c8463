import type * as z from 'zod/mini';
import type { PullRequest, Ticket } from '../contract/operations/activity.ts';

/** Moments in ISO 8601 UTC; `to` is not included. */
export type DateRange = { from: string; to: string };

type Without<T> = Omit<T, 'integrationId'>;
export type TicketItem = Without<z.input<typeof Ticket>>;
export type PullRequestItem = Without<z.input<typeof PullRequest>>;
/** As a connector gives it; which integration it came from is added by those who asked. */
export type ActivityItem = TicketItem | PullRequestItem;
