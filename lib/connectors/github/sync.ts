import type { Octokit } from '@octokit/rest';
import * as z from 'zod/mini';
import type { SyncItem } from '../../model/sync.ts';
import { noChanges } from '../changes.ts';
import { cleanLine, cleanOptional, cleanTime } from '../clean.ts';
import type { ClientCall, ReadPage } from '../connector.ts';
import { Issue, repositoryOf } from './map.ts';

type Call = ClientCall<Octokit>;

const text = z.nullish(z.string());
const login = z.nullish(z.object({ login: text }));
const SyncedIssue = z.extend(Issue, {
  assignees: z.nullish(z.array(z.object({ login: text }))),
  labels: z.nullish(z.array(z.union([z.string(), z.object({ name: text })]))),
  milestone: z.nullish(z.object({ title: text })),
  comments: z.nullish(z.number()),
  user: login,
});
type SyncedIssue = z.infer<typeof SyncedIssue>;

/**
 * Everything changed since then, in that order; what changed at that very moment comes again, for it may have
 * changed twice in one second. `etag` is of exactly this request: while nothing changes, GitHub does not count it.
 */
type Position = { since: string | null; etag: string | null };
/**
 * The next page begins at the moment the last one ended; `known` are the ids that were read of it. Where more
 * changed at one moment than a page holds, `skip` says how many of them were read: a page begins at a multiple
 * of its size, which may differ from the last one's, and so may repeat some.
 */
type Cursor = { since: string | null; known: string[]; skip: number };

const statusOf = ({ pull_request, state, draft }: SyncedIssue): string => {
  if (pull_request?.merged_at) return 'merged';
  if (state === 'closed') return 'closed';
  return draft ? 'draft' : 'open';
};

const names = (list: readonly (string | null | undefined)[]): string[] =>
  list.slice(0, 50).flatMap((name) => cleanOptional(name, 100) ?? []);

const toItem = (issue: SyncedIssue): SyncItem => {
  const repository = repositoryOf(issue.repository_url);
  const status = statusOf(issue);
  const path = issue.pull_request ? 'pull' : 'issues';
  return {
    type: issue.pull_request ? 'pull_request' : 'task',
    id: `${repository}#${issue.number}`,
    url: `https://github.com/${repository}/${path}/${issue.number}`,
    createdAt: cleanTime(issue.created_at),
    updatedAt: cleanTime(issue.updated_at),
    // GitHub knows no work in progress but open pull requests.
    category:
      status === 'merged' || status === 'closed' ? 'done' : issue.pull_request ? 'in_progress' : 'new',
    sources: {
      title: cleanLine(issue.title, 300),
      body: cleanOptional(issue.body, 2000),
      status,
      author: cleanOptional(issue.user?.login, 100),
      assignees: names((issue.assignees ?? []).map((one) => one.login)),
      labels: names((issue.labels ?? []).map((label) => (typeof label === 'string' ? label : label.name))),
      repository,
      milestone: cleanOptional(issue.milestone?.title, 200),
      comments: issue.comments ?? 0,
      closedAt: cleanTime(issue.closed_at),
      mergedAt: cleanTime(issue.pull_request?.merged_at),
      draft: issue.draft === true,
    },
  };
};

const startOf = (position: string | null): Position =>
  position === null ? { since: null, etag: null } : (JSON.parse(position) as Position);

const isUnchanged = (error: unknown): boolean => (error as { status?: unknown }).status === 304;

/** Issues and pull requests of everything the token sees, oldest change first, so that none slips from page to page. */
export const issuesOf =
  (call: Call): ReadPage =>
  async (session, { position, cursor, limit }) => {
    const start = startOf(position);
    const at = cursor === null ? { ...start, known: [], skip: 0 } : (JSON.parse(cursor) as Cursor);
    const { since, skip } = at;
    const page = Math.floor(skip / limit) + 1;
    const first = cursor === null && since !== null;
    const answer = await call(session, async ({ rest }) => {
      try {
        return await rest.issues.list({
          filter: 'all',
          state: 'all',
          sort: 'updated',
          direction: 'asc',
          per_page: limit,
          page,
          ...(since !== null && { since }),
          ...(first && start.etag !== null && { headers: { 'if-none-match': start.etag } }),
        });
      } catch (error) {
        if (isUnchanged(error)) return null;
        throw error;
      }
    });
    if (answer === null) return { ...noChanges, position };

    const list = answer.data as unknown[];
    const read = list.map((issue) => z.safeParse(SyncedIssue, issue));
    const items = read.flatMap((one) => (one.success ? [toItem(one.data)] : []));
    const isNew = (item: SyncItem): boolean => item.updatedAt !== since || !at.known.includes(item.id);
    const latest = items.at(-1)?.updatedAt ?? since;
    const here = items.filter(({ updatedAt }) => updatedAt === latest).map(({ id }) => id);
    const moved = latest !== since;
    const known = moved ? here : [...new Set([...at.known, ...here])];
    const ended = list.length < limit;
    // Only an answer that began where the next run begins can say that nothing changed since.
    const etag = first && ended && !moved ? (answer.headers.etag ?? null) : null;
    return {
      ...noChanges,
      items: items.filter(isNew),
      failed: read.filter(({ success }) => !success).length,
      next: ended
        ? null
        : JSON.stringify({ since: latest, known, skip: moved ? 0 : page * limit } satisfies Cursor),
      position: ended ? JSON.stringify({ since: latest, etag } satisfies Position) : null,
    };
  };
