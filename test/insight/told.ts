import { inject } from 'vitest';
import type { Caller } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import * as table from '../support/table.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
type Answer = any;

/** What is told of what happened, once everything that happened was counted. */
const told = async (who: Caller, path: string): Promise<Answer> => {
  await table.settled(inject('cloud'));
  const { status, body, text } = await who.get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return body;
};

export const statsOf = (who: Caller): Promise<Answer> => told(who, '/integrations/stats');

export const today = (offset = 0): string =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

export const usageOf = (who: Caller, from = today(), to = today()): Promise<Answer> =>
  told(who, `/usage?from=${from}&to=${to}`);

/** One provider's part of the usage; null where there is none. */
export const usedOf = async (who: Caller, provider: string, from = today(), to = today()): Promise<Answer> =>
  (await usageOf(who, from, to)).providers.find((one: { provider: string }) => one.provider === provider) ??
  null;

export const aJiraWith = async (
  who: Caller,
  count: number,
  scope: 'organization' | 'user' = 'organization',
) => {
  const site = await aJiraSite();
  if (count > 0) await site.control('POST', '/issues', { count, updated: '2026-01-02T00:00:00Z' });
  return { site, id: (await connectedJira(who, site, scope)).id as string };
};
