import { mayBeOld } from '../integrations/health.ts';
import type { Caller } from '../model/caller.ts';
import type { RecordType } from '../model/sync.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { ownerOf, readIntegration } from '../store/integrations.ts';
import { findSync, pageOfRecords } from '../store/syncs.ts';
import { sourceOf } from './source.ts';
import { recordView } from './view.ts';

type Asked = { type?: RecordType | undefined; limit: number; cursor?: string | undefined };

/** What the last syncs kept of the account that is connected now, by page; still there while the provider is down, and then said to be `degraded`. */
export const listRecordsFor = async (caller: Caller, id: string, { type, limit, cursor }: Asked) => {
  const { integration } = await readIntegration(caller, id);
  const owner = ownerOf(caller, id);
  const scope = { operation: 'records.list', ...caller, filter: { id, type } };
  const after = openCursor<{ after: string }>(scope, cursor)?.after ?? null;
  const [{ items, next }, state] = await Promise.all([
    pageOfRecords(owner, id, type ?? null, limit, after),
    findSync(owner, id),
  ]);
  const source = sourceOf(integration);
  return {
    records: items.filter((record) => record.source === source).map((record) => recordView(id, record)),
    syncedAt: integration.lastSyncAt,
    degraded:
      state?.lastRun?.state === 'failed' || (state?.source ?? source) !== source || mayBeOld(integration),
    // Of another account nothing is shown, on no page.
    nextCursor: next === null || state?.source !== source ? null : sealCursor(scope, { after: next }),
  };
};
