import type { RunRecord, StoredRecord, SyncState } from '../model/sync.ts';

export const runView = ({ positions: _p, cursor: _c, changed: _ch, source: _so, ...run }: RunRecord) => run;

export const scheduleView = (state: SyncState | null) => ({
  interval: state?.interval ?? 'manual',
  nextSyncAt:
    state?.nextSyncAt === null || state?.nextSyncAt === undefined
      ? null
      : new Date(state.nextSyncAt).toISOString(),
  running: state?.running ?? null,
});

export const recordView = (
  integrationId: string,
  { hash: _h, seenIn: _s, source: _so, ...record }: StoredRecord,
) => ({
  ...record,
  integrationId,
});
