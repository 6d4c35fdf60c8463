import { manifestOf } from '../connectors/registry.ts';
import { sync } from '../contract/jobs.ts';
import { AppError, hasCode, notFound } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { requireScopes } from '../integrations/use.ts';
import { send } from '../jobs/send.ts';
import type { Caller, Owner } from '../model/caller.ts';
import { isRunId } from '../model/ids.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { RunRecord } from '../model/sync.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { findCredential, ownerOf } from '../store/integrations.ts';
import { findRun, findSync, pageOfRuns } from '../store/syncs.ts';
import { beginRun, newState } from './begin.ts';
import { sourceOf } from './source.ts';
import { runView } from './view.ts';

/** What a provider keeps in step, else a refusal. */
export const syncFactsOf = async (provider: string) => {
  const { sync: facts, name } = await manifestOf(provider);
  if (!facts) throw new AppError('provider_not_available', `${name} has nothing that could be synced.`);
  return facts;
};

const running = async (owner: Owner, id: string): Promise<RunRecord | null> => {
  const state = await findSync(owner, id);
  return state?.running ? findRun(owner, id, state.running) : null;
};

/** Starts a run and answers it, or the one that is running already: asked twice, it runs once. */
export const syncNow = async (caller: Caller, { id, provider }: IntegrationRecord) => {
  const owner = ownerOf(caller, id);
  const credential = await findCredential(owner, id);
  if (!credential) throw notFound('The integration');
  const refused = hindrance(credential);
  if (refused) throw refused;
  const facts = await syncFactsOf(provider);
  requireScopes({ owner, credential, manifest: await manifestOf(provider) }, facts);

  const state = (await findSync(owner, id)) ?? newState(id, provider);
  const known = state.running ? await findRun(owner, id, state.running) : null;
  if (known) {
    // Its message may be the one that could not be sent; twice does no harm.
    if (known.state === 'queued') await send(sync, { ...owner, integrationId: id, syncId: known.id });
    return { sync: runView(known) };
  }
  const { nextSyncAt } = state;
  const begun = {
    trigger: 'manual',
    requestedBy: caller.userId,
    source: sourceOf(credential),
    nextSyncAt,
    seenDueAt: null,
  } as const;
  try {
    const run = await beginRun(owner, state, begun, facts.fullEveryDays);
    await send(sync, { ...owner, integrationId: id, syncId: run.id });
    return { sync: runView(run) };
  } catch (error) {
    const other = hasCode(error, 'conflict') ? await running(owner, id) : null;
    if (!other) throw error;
    return { sync: runView(other) };
  }
};

export const readSync = async (caller: Caller, id: string, syncId: string) => {
  const run = isRunId(syncId) ? await findRun(ownerOf(caller, id), id, syncId) : null;
  if (!run) throw notFound('The sync');
  return { sync: runView(run) };
};

/** The history, newest first. */
export const listSyncsFor = async (
  caller: Caller,
  id: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) => {
  const scope = { operation: 'syncs.list', ...caller, filter: { id } };
  const after = openCursor<{ after: string }>(scope, cursor)?.after ?? null;
  const { items, next } = await pageOfRuns(ownerOf(caller, id), id, limit, after);
  return {
    syncs: items.map(runView),
    nextCursor: next === null ? null : sealCursor(scope, { after: next }),
  };
};
