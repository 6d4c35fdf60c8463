/**
 * What a function may do, in words. `infra/grants.ts` alone knows what they mean in IAM; the
 * environment variables each brings stand here, so that a rename is one line.
 */
export const grants = {
  'table:read': ['TABLE_NAME'],
  /** All but what tells of what happened: of that, new events only. */
  'table:write': ['TABLE_NAME'],
  /** Mark events as handled, and take them away when their time is over. */
  'events:settle': ['TABLE_NAME'],
  /** Read credentials: unwrap an organisation's data key. */
  'credentials:open': ['TABLE_NAME', 'KEY_ID'],
  /** Store credentials: make and unwrap an organisation's data key. */
  'credentials:seal': ['TABLE_NAME', 'KEY_ID'],
  /** Have data keys wrapped by the newest key of KMS; shows none of them. */
  'credentials:rewrap': ['TABLE_NAME', 'KEY_ID'],
  /** Bind page cursors, and the kept answers of creating calls, to their caller. */
  cursors: ['CURSOR_KEY'],
} as const satisfies Record<string, readonly string[]>;

export type Grant = keyof typeof grants | `jobs:send:${string}`;

/** The queue of a job, as an environment variable: `purge-integration` → `QUEUE_URL_PURGE_INTEGRATION`. */
export const queueVariable = (jobId: string): string =>
  `QUEUE_URL_${jobId.replaceAll('-', '_').toUpperCase()}`;

export const jobOf = (grant: Grant): string | null =>
  grant.startsWith('jobs:send:') ? grant.slice('jobs:send:'.length) : null;

/** The variables a function with these grants finds in its environment, besides those every function has. */
export const variablesOf = (list: readonly Grant[]): string[] => [
  ...new Set(
    list.flatMap((grant) => {
      const job = jobOf(grant);
      return job ? [queueVariable(job)] : [...grants[grant as keyof typeof grants]];
    }),
  ),
];
