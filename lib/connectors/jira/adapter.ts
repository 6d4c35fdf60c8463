import {
  findUsers,
  getCurrentUser,
  getIssue,
  getUser,
  searchAndReconsileIssuesUsingJql,
} from 'jira.js/cloud';
import * as z from 'zod/mini';
import type { TicketItem } from '../../model/activity.ts';
import { isAllowedUrl } from '../../outbound/addresses.ts';
import { cleanLine } from '../clean.ts';
import type { Adapter, Classify, CollectActivity, SearchPage, SearchRequest, Session } from '../connector.ts';
import { orNull, providerError } from '../refusal.ts';
import { type JiraClient, jiraCall } from './client.ts';
import {
  Issue,
  IssuePage,
  isPerson,
  issueFields,
  Resources,
  ticketFields,
  toAccount,
  toIssue,
  toPerson,
  toTicket,
  User,
  Users,
} from './map.ts';
import { readIssues } from './sync.ts';

const siteOf = (session: Session): string => session.settings['baseUrl'] ?? '';

/** API tokens work on the site itself; tokens of a consent only on the gateway, which knows sites by their cloud id. */
const apiOf = ({ settings, accessToken }: Session): string =>
  accessToken === null
    ? (settings['baseUrl'] ?? '')
    : `https://api.atlassian.com/ex/jira/${settings['cloudId']}`;

const authorizationOf = ({ credentials, accessToken }: Session): string =>
  accessToken === null
    ? `Basic ${Buffer.from(`${credentials['username']}:${credentials['apiToken']}`).toString('base64')}`
    : `Bearer ${accessToken}`;

const call = <T>(session: Session, run: (client: JiraClient) => Promise<T>): Promise<T> =>
  jiraCall(session, apiOf(session), authorizationOf(session), run);

/** A JQL string. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
/** Words without what the text search reads as its syntax: signs around them, and operators, which are in capitals. */
const words = (text: string): string =>
  (text.toLowerCase().match(/[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}@._'-]*[\p{L}\p{M}\p{N}])?/gu) ?? []).join(' ');

const rawPage = (
  session: Session,
  jql: string,
  fields: string[],
  maxResults: number,
  after: string | null,
): Promise<unknown> =>
  call(session, (client) =>
    searchAndReconsileIssuesUsingJql(client, {
      jql,
      fields,
      maxResults,
      ...(after !== null && { nextPageToken: after }),
    }),
  );

const issuePage = async (...asked: Parameters<typeof rawPage>): Promise<z.infer<typeof IssuePage>> => {
  const page = z.safeParse(IssuePage, await rawPage(...asked));
  if (page.success) return page.data;
  throw providerError('Jira', 'provider_error', { cause: page.error });
};

const readIssue = (session: Session, key: string) =>
  orNull(
    call(session, async (client) =>
      z.parse(Issue, await getIssue(client, { issueIdOrKey: encodeURIComponent(key), fields: issueFields })),
    ),
  );

const searchIssues = async (
  session: Session,
  { query, limit, after }: SearchRequest,
): Promise<SearchPage> => {
  const site = siteOf(session);
  if (query && /^[A-Za-z][A-Za-z0-9_]*-\d+$/.test(query) && after === null) {
    const issue = await readIssue(session, query.toUpperCase());
    if (issue) return { items: [toIssue(issue, site)], next: null };
  }
  const text = words(query ?? '');
  // Jira refuses a search that is bounded by nothing.
  const bound = text === '' ? 'updated >= -365d' : `text ~ ${quoted(`${text}*`)}`;
  const page = await issuePage(session, `${bound} ORDER BY updated DESC`, issueFields, limit, after);
  const next = page.nextPageToken ?? null;
  const ended = page.isLast === true || next === after;
  return { items: page.issues.map((issue) => toIssue(issue, site)), next: ended ? null : next };
};

/** Jira looks through the first so many users and no further. */
const mostUsers = 1000;

const searchPersons = async (
  session: Session,
  { query, limit, after }: SearchRequest,
): Promise<SearchPage> => {
  const startAt = Number(after ?? 0);
  const users = await call(session, async (client) =>
    z.parse(Users, await findUsers(client, { query: query ?? '', startAt, maxResults: limit })),
  );
  const items = users.filter(isPerson).map((user) => toPerson(user, siteOf(session)));
  const ended = users.length < limit || startAt + limit >= mostUsers;
  return { items, next: ended ? null : String(startAt + limit) };
};

const day = 86_400_000;
const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** More pages than this are no person's tickets but a fault. */
const mostPages = 50;

const assignedTickets: CollectActivity = async (session, { personId, range }) => {
  // JQL reads dates in the time zone of whoever the token is of: ask for a day more on both sides, then filter.
  const from = dateOf(Date.parse(range.from) - day);
  const to = dateOf(Date.parse(range.to) + day);
  const jql = `assignee = ${quoted(personId)} AND updated >= "${from}" AND updated <= "${to}" ORDER BY updated DESC`;
  const items: TicketItem[] = [];
  let after: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: z.infer<typeof IssuePage> = await issuePage(session, jql, ticketFields, 1000, after);
    for (const issue of page.issues) {
      const ticket = toTicket(issue, siteOf(session));
      if (ticket && ticket.updatedAt >= range.from && ticket.updatedAt < range.to) items.push(ticket);
    }
    const next = page.nextPageToken ?? null;
    if (next === null || page.isLast === true) return { items, complete: true };
    if (next === after || pages === mostPages) return { items, complete: false };
    after = next;
  }
};

/**
 * Where a call is allowed to everybody, Jira serves wrong credentials as nobody: 200 with nothing found.
 * Only a header tells (JRACLOUD-94680).
 */
const classify: Classify = ({ status, headers, text }) => {
  if (/AUTHENTICATED_FAILED|AUTHENTICATION_DENIED/.test(headers.get('x-seraph-loginreason') ?? ''))
    return { code: 'provider_unauthorized', retryAfter: null };
  // The gateway of consents says 401 also where the token is good but a scope is missing.
  if (status === 401 && /scope does not match/i.test(text))
    return { code: 'provider_forbidden', retryAfter: null };
  return null;
};

/** Of the sites behind a consent those with Jira; a site chosen at consent comes alone. */
const sites: Adapter['sites'] = async (session) => {
  const found = await session.call(async (fetch) => {
    const response = await fetch('https://api.atlassian.com/oauth/token/accessible-resources', {
      headers: { accept: 'application/json', authorization: authorizationOf(session) },
    });
    if (!response.ok) throw new Error(`Atlassian answered ${response.status}.`);
    return z.parse(Resources, await response.json());
  });
  return found
    .filter(({ scopes, url }) => scopes.some((scope) => scope.includes('jira')) && isAllowedUrl(url))
    .map(({ id, name, url }) => {
      const baseUrl = new URL(url).origin;
      return { id, name: cleanLine(name, 200, baseUrl), url: baseUrl, settings: { cloudId: id, baseUrl } };
    });
};

export const adapter: Adapter = {
  sites,

  identify: async (session) => {
    const user = await call(session, async (client) => z.parse(User, await getCurrentUser(client)));
    const site = siteOf(session);
    return { account: toAccount(user, site), tenant: new URL(site).hostname };
  },

  search: (session, request) =>
    request.type === 'issue' ? searchIssues(session, request) : searchPersons(session, request),

  read: async (session, type, id) => {
    const site = siteOf(session);
    if (type === 'issue') {
      const issue = await readIssue(session, id);
      return issue && toIssue(issue, site);
    }
    const user = await orNull(
      call(session, async (client) => z.parse(User, await getUser(client, { accountId: id }))),
    );
    return user && toPerson(user, site);
  },

  findPersons: async (session, email) => {
    const users = await call(session, async (client) =>
      z.parse(Users, await findUsers(client, { query: email, maxResults: 20 })),
    );
    const persons = users.filter(isPerson).map((user) => toPerson(user, siteOf(session)));
    // The search also finds names and longer addresses; who hides the address may still be the one.
    const exact = persons.filter((person) => person.email?.toLowerCase() === email.toLowerCase());
    return exact.length > 0 ? exact : persons.filter((person) => person.email === null);
  },

  activity: assignedTickets,
  sync: readIssues(rawPage, siteOf),

  proxy: (session) => ({ base: apiOf(session), headers: { authorization: authorizationOf(session) } }),

  classify,
};
