import type { Caller, Reply } from '../support/api.ts';
import type { Bench } from '../support/bench.ts';
import { type Answer, startedSync } from './synced.ts';

/** Syncs on a bench, where jobs run when a test says so. */

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
