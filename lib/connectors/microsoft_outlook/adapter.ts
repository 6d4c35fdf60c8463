import * as z from 'zod/mini';
import type { Adapter, Classify, SearchPage, SearchRequest, Session } from '../connector.ts';
import { orNull } from '../refusal.ts';
import {
  Change,
  ChangesPage,
  Event,
  EventPage,
  fields,
  isEventId,
  matches,
  toAccount,
  toItem,
  User,
} from './map.ts';
import { readEvents } from './sync.ts';

const graph = 'https://graph.microsoft.com/v1.0';

/** Times in UTC, and ids that stay when an event is moved. */
const prefer = 'outlook.timezone="UTC", IdType="ImmutableId"';

const ask = <T extends z.ZodMiniType>(session: Session, url: string | URL, shape: T): Promise<z.output<T>> =>
  session.call(async (fetch) => {
    const response = await fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${session.accessToken}`, prefer },
    });
    if (!response.ok) throw new Error(`Graph answered ${response.status}.`);
    return z.parse(shape, await response.json());
  });

/** An own mailbox, or the one an application was set to. */
const mailboxOf = ({ auth, settings }: Session): string =>
  auth === 'oauth2' ? `${graph}/me` : `${graph}/users/${encodeURIComponent(settings['mailbox'] ?? '')}`;

const viewOf = (session: Session, range: { from: string; to: string }, top: number): URL => {
  const url = new URL(`${mailboxOf(session)}/calendarView`);
  url.searchParams.set('startDateTime', range.from);
  url.searchParams.set('endDateTime', range.to);
  url.searchParams.set('$orderby', 'start/dateTime');
  url.searchParams.set('$top', String(top));
  url.searchParams.set('$select', fields);
  return url;
};

/** The tenant of an account, which Graph says only in the token it takes. */
const tenantOf = (accessToken: string | null): string => {
  try {
    const claims = JSON.parse(
      Buffer.from(accessToken?.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as object;
    const { tid } = claims as { tid?: unknown };
    return typeof tid === 'string' ? tid : '';
  } catch {
    return '';
  }
};

const day = 86_400_000;

/** Where a search goes on: a page of Graph's, and how many of its hits were given already. */
type Position = { link: string | null; skip: number };
/** Attendees make events large: more of them could be more than a door lets in. */
const pageSize = 100;
/** A query that hits little looks through so many pages a call. */
const mostPages = 8;

const search = async (
  session: Session,
  { query, range, limit, after }: SearchRequest,
): Promise<SearchPage> => {
  const bounds = range ?? {
    from: new Date().toISOString(),
    to: new Date(Date.now() + 90 * day).toISOString(),
  };
  const top = query === null ? limit : pageSize;
  let { link, skip }: Position = after === null ? { link: null, skip: 0 } : (JSON.parse(after) as Position);
  const items: SearchPage['items'] = [];
  for (let pages = 1; ; pages += 1) {
    const page: z.output<typeof EventPage> = await ask(
      session,
      link ?? viewOf(session, bounds, top),
      EventPage,
    );
    const hits = page.value.filter((event) => query === null || matches(event, query));
    const taken = hits.slice(skip, skip + limit - items.length);
    for (const event of taken) {
      const item = toItem(event, bounds);
      if (item) items.push(item);
    }
    if (skip + taken.length < hits.length)
      return { items, next: JSON.stringify({ link, skip: skip + taken.length } satisfies Position) };
    const next = page['@odata.nextLink'] ?? null;
    if (next === null || next === link) return { items, next: null };
    link = next;
    skip = 0;
    if (items.length >= limit || pages === mostPages) return { items, next: JSON.stringify({ link, skip }) };
  }
};

/** 410 says that the position is too old: everything has to be read again. */
const changes = (session: Session, url: string | URL, size: number) =>
  session.call(async (fetch) => {
    const response = await fetch(url, {
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${session.accessToken}`,
        prefer: `${prefer}, odata.maxpagesize=${size}`,
      },
    });
    if (response.status === 410) return null;
    if (!response.ok) throw new Error(`Graph answered ${response.status}.`);
    return z.parse(ChangesPage, await response.json());
  });

/** What is not there is also told with 400: an id that is none of Exchange's. */
const classify: Classify = ({ status, text }) =>
  status === 400 && text.includes('"ErrorInvalidIdMalformed"')
    ? { code: 'provider_not_found', retryAfter: null }
    : null;

export const adapter: Adapter = {
  sites: null,

  identify: async (session) => {
    if (session.auth === 'oauth2') {
      const user = await ask(session, `${graph}/me?$select=id,displayName,mail,userPrincipalName`, User);
      return { account: toAccount(user), tenant: tenantOf(session.accessToken) };
    }
    const soon = { from: new Date().toISOString(), to: new Date(Date.now() + day).toISOString() };
    await ask(session, viewOf(session, soon, 1), EventPage);
    const mailbox = (session.settings['mailbox'] ?? '').toLowerCase();
    const account = { id: mailbox, name: mailbox, email: mailbox, url: null };
    return { account, tenant: session.settings['tenantId'] ?? '' };
  },

  search,

  read: async (session, _type, id) => {
    if (!isEventId(id)) return null;
    const url = `${mailboxOf(session)}/events/${encodeURIComponent(id)}?$select=${fields}`;
    const event = await orNull(ask(session, url, Event));
    return event && toItem(event);
  },

  findPersons: null,
  activity: null,
  sync: readEvents({
    changes,
    event: (session, id) =>
      orNull(
        ask(session, `${mailboxOf(session)}/events/${encodeURIComponent(id)}?$select=${fields}`, Change),
      ),
    mailbox: mailboxOf,
  }),

  proxy: ({ accessToken }) => ({
    base: 'https://graph.microsoft.com',
    headers: { authorization: `Bearer ${accessToken}` },
  }),

  classify,
};
