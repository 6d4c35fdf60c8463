import { inject, vi } from 'vitest';
import { partition } from '../integrations/stored.ts';
import type { Caller } from '../support/api.ts';
import * as table from '../support/table.ts';

/** What a holder is told of an integration's health, and the events that tell how it came to that. */

export const healthOf = async (who: Caller, id: string) => (await who.get(`/integrations/${id}/health`)).body;

export const shown = async (who: Caller, id: string) =>
  (await who.get(`/integrations/${id}`)).body.integration;

export const search = (who: Caller, id: string, query = 'a') =>
  who.post(`/integrations/${id}/search`, { query });

/** Searches one after the other, as often as it takes to be sure. */
export const searches = async (who: Caller, id: string, times: number) => {
  const replies = [];
  for (let call = 0; call < times; call += 1) replies.push(await search(who, id, `a${call}`));
  return replies;
};

const months = (): string[] => [
  ...new Set([-1, 0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 7))),
];

type Told = { action: string; actor: string; outcome: string; detail: Record<string, unknown> };

/** The full events of an integration, oldest first, as they are stored: the audit shows no details. */
export const eventsOf = async (
  { organizationId, userId }: Caller,
  id: string,
  scope: 'organization' | 'user' = 'organization',
): Promise<Told[]> => {
  const owner = scope === 'user' ? `ORG#${organizationId}#USER#${userId}` : `ORG#${organizationId}`;
  const rows = (await Promise.all(months().map((month) => partition(`${owner}#EVT#${month}`)))).flat();
  return rows
    .filter(({ target }) => target === id)
    .toSorted((a, b) => (a.sk < b.sk ? -1 : 1))
    .map(({ action, actor, outcome, detail }) => ({ action, actor, outcome, detail }) as Told);
};

/** The changes of state by themselves: from where, to where, and why. */
export const changesOf = async (who: Caller, id: string, scope?: 'organization' | 'user') =>
  (await eventsOf(who, id, scope))
    .filter(({ action }) => action === 'integration.health_changed')
    .map(({ detail }) => detail);

/** Asks until it is so; what happens behind a caller's back takes a moment. */
export const soon = <T>(assert: () => Promise<T>): Promise<T> =>
  vi.waitFor(assert, { timeout: 15_000, interval: 100 });

/** Waits for what follows the calls so far: the stream and the jobs. */
export const settled = (): Promise<void> => table.settled(inject('cloud'));
