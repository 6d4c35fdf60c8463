import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
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

/** When this stream began (epoch ms), and Jira's page. */
type Cursor = { startedAt: number; token: string };

/** Clocks differ, and Jira's index lags behind what was written. */
const overlap = 2 * 60_000;

/** Issues by when they changed; a date as a number of milliseconds means the same in every time zone. */
export const readIssues =
  (rawPage: RawPage, siteOf: (session: Session) => string): ReadPage =>
  async (session, { position, cursor, limit }) => {
    const { startedAt, token } =
      cursor === null ? { startedAt: now(), token: null } : (JSON.parse(cursor) as Cursor);
    // Jira refuses a search that is bounded by nothing.
    const jql = `updated >= ${position ?? 0} ORDER BY updated ASC, key ASC`;
    const page = z.safeParse(LoosePage, await rawPage(session, jql, syncFields, limit, token));
    if (!page.success) throw providerError('Jira', 'provider_error', { cause: page.error });
    const { issues, nextPageToken, isLast } = page.data;
    const read = issues.map((issue) => z.safeParse(SyncedIssue, issue));
    const next = nextPageToken ?? null;
    const ended = next === null || isLast === true || next === token;
    return {
      items: read.flatMap((one) => (one.success ? [toTask(one.data, siteOf(session))] : [])),
      removed: [],
      failed: read.filter(({ success }) => !success).length,
      next: ended ? null : JSON.stringify({ startedAt, token: next } satisfies Cursor),
      position: ended ? String(startedAt - overlap) : null,
      total: null,
      restart: false,
    };
  };
