import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
import { syncWindow, toSyncedEvent } from '../calendar.ts';
import { noChanges } from '../changes.ts';
import { cleanTime } from '../clean.ts';
import type { ReadPage, Session } from '../connector.ts';
import { Change, type ChangesPage, toItem } from './map.ts';

type ChangedEvent = z.infer<typeof Change>;

/** What this file asks of the adapter. */
type Graph = {
  /** A page of changes, at most so many events; null where the position is too old for Graph. */
  changes: (session: Session, url: string | URL, size: number) => Promise<z.infer<typeof ChangesPage> | null>;
  event: (session: Session, id: string) => Promise<ChangedEvent | null>;
  mailbox: (session: Session) => string;
};

/** A page of Graph's and how much of it was given: it sends more than was asked for where a series is long. */
type Cursor = { link: string; skip: number };
/** Where the next run begins, and the series there were: what becomes of their occurrences is not told. */
type Position = { link: string; series: string[] };

const isSeries = ({ type }: ChangedEvent): boolean => type === 'seriesMaster';
/** Graph gives all occurrences again when one of them changed, and does not say which of them went. */
const isOfSeries = (change: ChangedEvent): boolean => isSeries(change) || Boolean(change.seriesMasterId);

/** What an occurrence does not say of itself its series does. */
const completed = (change: ChangedEvent, series: ChangedEvent | null | undefined): ChangedEvent => {
  if (!series) return change;
  const said = Object.entries(change).filter(([, value]) => value !== undefined && value !== null);
  return { ...series, ...Object.fromEntries(said), type: 'occurrence' } as ChangedEvent;
};

const firstPage = (graph: Graph, session: Session): string => {
  const { from, to } = syncWindow(now());
  const url = new URL(`${graph.mailbox(session)}/calendarView/delta`);
  url.searchParams.set('startDateTime', from);
  url.searchParams.set('endDateTime', to);
  return url.href;
};

/** Events by Graph's change tracking. Where a series changed or went, everything is read again. */
export const readEvents =
  (graph: Graph): ReadPage =>
  async (session, { position, cursor, limit }) => {
    const before = position === null ? null : (JSON.parse(position) as Position);
    const known = cursor === null ? null : (JSON.parse(cursor) as Cursor & { series: string[] });
    const at = known ?? {
      link: before?.link ?? firstPage(graph, session),
      skip: 0,
      series: before?.series ?? [],
    };
    const page = await graph.changes(session, at.link, limit);
    if (page === null) return { ...noChanges, restart: true };

    const read = page.value.map((value) => z.safeParse(Change, value));
    const parsed = read.flatMap((one) => (one.success ? [one.data] : []));
    if (before && parsed.some((change) => isOfSeries(change) || before.series.includes(change.id)))
      return { ...noChanges, restart: true };

    const part = read.slice(at.skip, at.skip + limit);
    const changes = part.flatMap((one) => (one.success ? [one.data] : []));
    const removed = changes.filter((change) => change['@removed'] || change.isCancelled);
    const masters = parsed.filter(isSeries);
    const taken = changes.filter((change) => !isSeries(change) && !removed.includes(change));
    const bySeries = new Map<string, ChangedEvent | null>(masters.map((master) => [master.id, master]));
    for (const { seriesMasterId, subject } of taken)
      if (seriesMasterId && subject === undefined && !bySeries.has(seriesMasterId))
        bySeries.set(seriesMasterId, await graph.event(session, seriesMasterId));
    const items = taken.flatMap((change) => {
      const whole =
        change.subject === undefined ? completed(change, bySeries.get(change.seriesMasterId ?? '')) : change;
      const item = toItem(whole);
      return item
        ? [toSyncedEvent(item, cleanTime(whole.createdDateTime), cleanTime(whole.lastModifiedDateTime))]
        : [];
    });

    const series = [
      ...new Set([
        ...at.series,
        ...masters.map(({ id }) => id),
        ...parsed.flatMap(({ seriesMasterId }) => seriesMasterId ?? []),
      ]),
    ];
    const rest = at.skip + limit < read.length;
    const link = page['@odata.nextLink'] ?? null;
    const next = rest ? { link: at.link, skip: at.skip + limit, series } : link && { link, skip: 0, series };
    const delta = page['@odata.deltaLink'];
    return {
      ...noChanges,
      items,
      removed: removed.map(({ id }) => ({ type: 'event' as const, id })),
      failed: part.filter(({ success }) => !success).length,
      next: next ? JSON.stringify(next) : null,
      position: !next && delta ? JSON.stringify({ link: delta, series } satisfies Position) : null,
    };
  };
