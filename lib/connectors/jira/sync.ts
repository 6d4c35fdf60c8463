import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
import type { SyncItem } from '../../model/sync.ts';
import { noChanges } from '../changes.ts';
import type { ReadPage, Session } from '../connector.ts';
import { providerError } from '../refusal.ts';
import { LoosePage, SyncedIssue, syncFields, toTask } from './map.ts';

type RawPage = (
  session: Session,
  jql: string,
  fields: string[],
  maxResults: number,
  after: string | null,
) => Promise<unknown>;

/**
 * When this stream began (epoch ms), and from which moment of change on the next page reads; `known` are the keys
 * that were read of the last `moment`. Jira's pages go on by `token` only where more changed at one moment than a
 * page holds: what changes between two pages moves to the end, and would take others out of a page that is counted.
 */
type Cursor = { startedAt: number; since: number; moment: number; known: string[]; token: string | null };

/** Clocks differ, and Jira's index lags behind what was written. */
const overlap = 2 * 60_000;

const keyOf = (raw: unknown): string => {
  const { key } = { ...(raw as object) } as { key?: unknown };
  return typeof key === 'string' ? key : '';
};

/** Issues by when they changed; a date as a number of milliseconds means the same in every time zone. */
export const readIssues =
  (rawPage: RawPage, siteOf: (session: Session) => string): ReadPage =>
  async (session, { position, cursor, limit }) => {
    const at: Cursor =
      cursor === null
        ? { startedAt: now(), since: Number(position ?? 0), moment: 0, known: [], token: null }
        : (JSON.parse(cursor) as Cursor);
    const { startedAt, since, token } = at;
    // Jira refuses a search that is bounded by nothing.
    const jql = `updated >= ${since} ORDER BY updated ASC, key ASC`;
    const page = z.safeParse(LoosePage, await rawPage(session, jql, syncFields, limit, token));
    if (!page.success) throw providerError('Jira', 'provider_error', { cause: page.error });
    const { issues, nextPageToken, isLast } = page.data;

    const changedAt = ({ updatedAt }: SyncItem): number => Date.parse(updatedAt ?? '');
    const items: SyncItem[] = [];
    const unreadable: string[] = [];
    for (const issue of issues) {
      const read = z.safeParse(SyncedIssue, issue);
      if (read.success) items.push(toTask(read.data, siteOf(session)));
      else unreadable.push(keyOf(issue));
    }
    const times = items.map(changedAt).filter((time) => !Number.isNaN(time));
    const latest = Math.max(since, ...times);
    const here = items.filter((item) => changedAt(item) === latest).map(({ id }) => id);
    const known = [...(latest === at.moment ? at.known : []), ...here, ...unreadable];
    const moved = Math.min(...times) < latest;
    const next: Cursor = moved
      ? { startedAt, since: latest, moment: latest, known, token: null }
      : { startedAt, since, moment: latest, known, token: nextPageToken ?? null };
    const ended = !nextPageToken || isLast === true || nextPageToken === token;
    return {
      ...noChanges,
      items: items.filter((item) => changedAt(item) !== at.moment || !at.known.includes(item.id)),
      failed: unreadable.filter((key) => key === '' || !at.known.includes(key)).length,
      next: ended ? null : JSON.stringify(next),
      position: ended ? String(startedAt - overlap) : null,
    };
  };
