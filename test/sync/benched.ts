import { type Caller, caller, type Reply } from '../support/api.ts';
import type { Bench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { type Answer, startedSync } from './synced.ts';

/** Syncs on a bench, where jobs run when a test says so. */

/** A Jira site with so many issues, none changed of late, connected for an organisation of its own. */
export const aSite = async (bench: Bench, count: number) => {
  const admin = caller({}, bench.url);
  const site = await aJiraSite({}, bench.standins['jira']);
  await site.control('POST', '/issues', { count, updated: '2026-01-02T00:00:00Z' });
  return { admin, site, id: (await connectedJira(admin, site)).id };
};

/** A sync that was asked for, whose message is taken off the queue. */
export const begunOn = async (bench: Bench, admin: Caller, id: string): Promise<string> => {
  const { id: syncId } = await startedSync(admin, id);
  await bench.taken({ id: 'sync' });
  return syncId;
};

export const syncOf = async (caller: Caller, id: string, syncId: string): Promise<Answer> => {
  const { body, status, text } = await caller.get(`/integrations/${id}/syncs/${syncId}`);
  if (status !== 200) throw new Error(`sync: ${status} ${text}`);
  return body.sync;
};

/** The message of a run, as it stands in the queue. */
export const messageOf = (
  { organizationId, userId }: Caller,
  integrationId: string,
  syncId: string,
  scope: 'organization' | 'user' = 'organization',
) => ({ organizationId, userId: scope === 'user' ? userId : null, integrationId, syncId });

/** Syncs now and does all that waits. */
export const syncedOn = async (bench: Bench, caller: Caller, id: string): Promise<Answer> => {
  const { id: syncId } = await startedSync(caller, id);
  await bench.drain();
  return syncOf(caller, id, syncId);
};

/** The history, newest first. */
export const historyOf = async (caller: Caller, id: string, query = ''): Promise<Answer> => {
  const { body, status, text } = await caller.get(`/integrations/${id}/syncs${query}`);
  if (status !== 200) throw new Error(`syncs: ${status} ${text}`);
  return body;
};

export const counted = (counts: Partial<Record<string, number>>) => ({
  created: 0,
  updated: 0,
  skipped: 0,
  removed: 0,
  failed: 0,
  ...counts,
});

const day = 86_400;
export const overAWeek = 8 * day;

/** The fields a refusal names. */
export const fieldsNamed = ({ body }: Reply): string[] =>
  (body.errors ?? []).map(({ path }: { path: string }) => path);
