import type { Caller } from '../model/caller.ts';
import type { RecordType } from '../model/sync.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { ownerOf, readIntegration } from '../store/integrations.ts';
import { findSync, pageOfRecords } from '../store/syncs.ts';
import { recordView } from './view.ts';

type Asked = { type?: RecordType | undefined; limit: number; cursor?: string | undefined };

/** What the last syncs kept, by page; still there while the provider is down, and then said to be `degraded`. */
export const listRecordsFor = async (caller: Caller, id: string, { type, limit, cursor }: Asked) => {
  const { integration } = await readIntegration(caller, id);
  const owner = ownerOf(caller, id);
  const scope = { operation: 'records.list', ...caller, filter: { id, type } };
  const after = openCursor<{ after: string }>(scope, cursor)?.after ?? null;
  const [{ items, next }, state] = await Promise.all([
    pageOfRecords(owner, id, type ?? null, limit, after),
    findSync(owner, id),
  ]);
  return {
    records: items.map((record) => recordView(id, record)),
    syncedAt: integration.lastSyncAt,
    degraded: state?.lastRun?.state === 'failed' || integration.state !== 'active',
    nextCursor: next === null ? null : sealCursor(scope, { after: next }),
  };
};
