import { hashOf } from '../../standin.ts';
import { idOf } from '../ids.ts';
import { eventsOf, exceptionsOf, type MailboxEvent, type MicrosoftState, type User } from '../state.ts';
import { calendarRead } from './access.ts';
import { invalidQuery, syncStateGone } from './errors.ts';
import { occurrencesOf, viewOf, type Window } from './expand.ts';
import { graph, type MailboxExchange, type MailboxOperation } from './gateway.ts';
import { readWindow } from './lists.ts';
import { option } from './odata.ts';
import { eventView, type Lens, stubView } from './view.ts';

/**
 * Change tracking over a calendar view (https://learn.microsoft.com/graph/delta-query-events). Occurrences come
 * as stubs, and when anything of a series changes they all come again; that one of them was deleted is not
 * told (microsoft-graph-docs issues 7632 and 22197, pull request 4501).
 */

type Token = Window & {
  mailbox: string;
  generation: number;
  /** The last change its holder knows; null in a first round. */
  since: number | null;
  /** The last change of this round. */
  until: number;
  offset: number;
};

const encode = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url');

const decode = (text: string): Token | null => {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof token === 'object' && token !== null && 'generation' in token ? (token as Token) : null;
  } catch {
    return null;
  }
};

const generationOf = ({ sync }: MicrosoftState, { id }: User): number => sync.generation[id] ?? 1;

const unsupported = ['orderby', 'filter', 'select', 'expand', 'search'];

const checkOptions = (query: URLSearchParams): void => {
  if (unsupported.some((name) => option(query, name) !== null)) {
    throw invalidQuery(
      "The following parameters are not supported with change tracking over the 'CalendarView' resource: " +
        "'$orderby, $filter, $select, $expand, $search'.",
    );
  }
  if (option(query, 'top') !== null) {
    throw invalidQuery(
      "The '$top' parameter is not supported with change tracking over the 'CalendarView' resource as page " +
        'size cannot be guaranteed. Express page size preferences using the Prefer: odata.maxpagesize= header ' +
        'instead.',
    );
  }
};

const readToken = ({ state, mailbox, request }: MailboxExchange): Token => {
  const given = option(request.query, 'deltatoken') ?? option(request.query, 'skiptoken');
  if (given === null) {
    const window = readWindow(request.query);
    const until = state.changes;
    const generation = generationOf(state, mailbox);
    return { ...window, mailbox: hashOf(mailbox.id).slice(0, 12), generation, since: null, until, offset: 0 };
  }
  const token = decode(given);
  const isCurrent =
    token !== null &&
    token.mailbox === hashOf(mailbox.id).slice(0, 12) &&
    token.generation === generationOf(state, mailbox);
  if (!isCurrent) throw syncStateGone(state.sync.code);
  if (option(request.query, 'deltatoken') === null) return token;
  return { ...token, since: token.until, until: state.changes, offset: 0 };
};

/** A row is what is never parted from one page to the next: an event, or a series with its occurrences. */
type Row = Record<string, unknown>[];

const shown = (event: MailboxEvent, lens: Lens) => ({
  '@odata.type': '#microsoft.graph.event',
  ...eventView(event, lens),
});

const gone = (event: MailboxEvent, { prefer }: Lens) => ({
  '@odata.type': '#microsoft.graph.event',
  id: idOf(event, prefer.immutableIds),
  '@removed': { reason: 'deleted' },
});

const seriesRow = (series: MailboxEvent, window: Window, lens: Lens): Row => {
  const { state } = lens;
  const occurrences = occurrencesOf(state, series, window);
  if (occurrences.length === 0) return [];
  return [
    ...(state.sync.masters ? [shown(series, lens)] : []),
    ...occurrences.map((event) =>
      state.events.includes(event) ? shown(event, lens) : stubView(event, lens),
    ),
  ];
};

const firstRound = (mailbox: User, token: Token, lens: Lens): Row[] => {
  const singles = viewOf(lens.state, mailbox, token).filter(({ master }) => master === null);
  const series = eventsOf(lens.state, mailbox).filter((event) => event.recurrence && !event.removed);
  return [
    ...singles.map((event) => [shown(event, lens)]),
    ...series.map((event) => seriesRow(event, token, lens)),
  ];
};

/** What changed: in the window as it is, outside of it as removed. */
const laterRound = (mailbox: User, token: Token, since: number, lens: Lens): Row[] => {
  const { state } = lens;
  const inside = new Set(viewOf(state, mailbox, token).map(({ key }) => key));
  return eventsOf(state, mailbox).flatMap((event): Row[] => {
    if (event.recurrence) {
      const changes = [event, ...exceptionsOf(state, event)].map(({ changed }) => changed);
      if (Math.max(...changes) <= since) return [];
      return event.removed ? [[gone(event, lens)]] : [seriesRow(event, token, lens)];
    }
    if (event.changed <= since || event.master !== null) return [];
    return [[inside.has(event.key) ? shown(event, lens) : gone(event, lens)]];
  });
};

const delta = (exchange: MailboxExchange) => {
  const { state, mailbox, request, prefer, base } = exchange;
  checkOptions(request.query);
  const token = readToken(exchange);
  const lens: Lens = { state, mailbox, prefer };
  const all =
    token.since === null ? firstRound(mailbox, token, lens) : laterRound(mailbox, token, token.since, lens);
  const rows = all.filter((row) => row.length > 0);
  const value: Row = [];
  let { offset } = token;
  for (; offset < rows.length && value.length < (prefer.pageSize ?? 10); offset += 1) {
    value.push(...(rows[offset] ?? []));
  }
  const link = (name: string, next: Token): string =>
    `${graph}${base}/calendarView/delta?$${name}=${encode(next)}`;
  return {
    body: {
      '@odata.context': `${graph}/$metadata#Collection(event)`,
      ...(offset < rows.length
        ? { '@odata.nextLink': link('skiptoken', { ...token, offset }) }
        : { '@odata.deltaLink': link('deltatoken', { ...token, offset: 0 }) }),
      value,
    },
  };
};

export const deltaOperations: MailboxOperation[] = [
  {
    method: 'GET',
    paths: ['/calendarView/delta', '/calendarView/delta()', '/calendar/calendarView/delta'],
    permissions: calendarRead,
    handle: delta,
  },
];
