/** What a sync reads from a provider, and what it keeps of it. */
export type RecordType = 'task' | 'pull_request' | 'event' | 'person';
export type StatusCategory = 'new' | 'in_progress' | 'done';

/** A cleaned value of a provider's: never markup, bounded in size. */
export type SourceValue = string | number | boolean | string[] | null;

/** One thing as a connector read it; `sources` is what a mapping may draw on, by the provider's own names. */
export type SyncItem = {
  type: RecordType;
  id: string;
  url: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  sources: Readonly<Record<string, SourceValue>>;
  /** What the provider's own status means; null where the type has none. */
  category: StatusCategory | null;
};

/** Where fields of a record come from: target → source; and what a provider's statuses mean. */
export type TypeMapping = {
  fields: Record<string, string>;
  statuses: Record<string, StatusCategory>;
};
export type Mapping = Partial<Record<RecordType, TypeMapping>>;

/** The normalised form, the same for every provider. */
export type SyncedRecord = {
  type: RecordType;
  externalId: string;
  title: string;
  description: string | null;
  status: StatusCategory | null;
  /** As the provider calls it. */
  providerStatus: string | null;
  fields: Record<string, Exclude<SourceValue, null>>;
  url: string | null;
  createdAt: string | null;
  updatedAt: string | null;
};

/** As stored: what changed is told by `hash`, what vanished by `seenIn`, the pass that met it last. */
export type StoredRecord = SyncedRecord & { hash: string; seenIn: string; syncedAt: string; source: string };

export type Counts = { created: number; updated: number; skipped: number; removed: number; failed: number };
export const noCounts: Counts = { created: 0, updated: 0, skipped: 0, removed: 0, failed: 0 };

export const intervals = {
  manual: null,
  '15m': 15,
  '30m': 30,
  hourly: 60,
  daily: 24 * 60,
  weekly: 7 * 24 * 60,
} as const;
export type Interval = keyof typeof intervals;

/** How far a run has come; `cursor` is the connector's own, `positions` where the next run begins. */
export type Progress = {
  stream: number;
  cursor: string | null;
  /** Reads everything, and removes what it did not meet. */
  full: boolean;
  positions: Record<string, string>;
  sweeping: boolean;
  sweepAfter: string | null;
  /** Marks what a full run met; a run that takes it up again keeps it, or it would remove what the first one met. */
  pass: string;
  /** Nothing was unreadable so far: only then is what was not met gone. */
  whole: boolean;
};

export type RunRecord = Progress & {
  id: string;
  integrationId: string;
  trigger: 'manual' | 'schedule';
  /** What it reads, see `sourceOf`. */
  source: string;
  /** A user's id, or `system`. */
  requestedBy: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed';
  counts: Counts;
  /** Records by type that were created or updated. */
  changed: Partial<Record<RecordType, number>>;
  processed: number;
  total: number | null;
  code: string | null;
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Counts the commits: who commits must have seen the newest. */
  step: number;
  /** Pages committed: while a run is woken and this stays the same, it gets nowhere. */
  pages: number;
  /** How often the provider had it begin anew. */
  restarts: number;
  /** Failures in a row that may pass. */
  failures: number;
  /** Nothing is asked before (epoch milliseconds by our clock): the provider said so, or it failed lately. */
  notBefore: number | null;
  mappingVersion: number;
};

/** One per integration: its schedule, its running guard and where the next run begins. */
export type SyncState = {
  integrationId: string;
  provider: string;
  interval: Interval;
  /** Of what is due at one moment this is begun first: the plan of who set the schedule says so. */
  priority: boolean;
  /** Epoch milliseconds by our clock; null where only a person starts it. */
  nextSyncAt: number | null;
  /** The run that is queued or running. */
  running: string | null;
  /** What the last run read; null before any. */
  source: string | null;
  /** Where the next run begins, by stream. */
  positions: Record<string, string>;
  lastFullAt: number | null;
  /** Where a failed run stopped: the next one goes on there. */
  resume: (Progress & { mappingVersion: number }) | null;
  mapping: Mapping;
  mappingVersion: number;
  /** The page a run stood at when it was last looked after, and how often it stood there. */
  watched: { pages: number; times: number } | null;
  lastRun: { id: string; state: 'succeeded' | 'failed'; endedAt: string; code: string | null } | null;
  due?: string;
  dueAt?: number;
};
