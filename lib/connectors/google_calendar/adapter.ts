import { OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import * as z from 'zod/mini';
import { hasCode } from '../../errors/error.ts';
import type { ExternalItem } from '../../model/link.ts';
import type { Adapter, Classify, Identity, Session } from '../connector.ts';
import { orNull } from '../refusal.ts';
import { calendarAccount, Event, EventPage, toAccount, toItem, UserInfo } from './map.ts';
import { readEvents } from './sync.ts';

/** One client per call, given an access token alone: with more it would refresh by itself, outside our protocol. */
const call = <T>(
  session: Session,
  run: (api: calendar_v3.Calendar, auth: OAuth2Client) => Promise<T>,
): Promise<T> =>
  session.call((fetch) => {
    const auth = new OAuth2Client({ transporterOptions: { fetchImplementation: fetch, retry: false } });
    auth.setCredentials({ access_token: session.accessToken });
    return run(calendar({ version: 'v3', auth, retry: false }), auth);
  });

const calendarOf = ({ settings }: Session): string => settings['calendarId'] ?? 'primary';

const isItem = (item: ExternalItem | null): item is ExternalItem => item !== null;

/** Google says with 403 what others say with 429; the reason tells. */
const classify: Classify = ({ status, text }) => {
  if (
    status === 403 &&
    /"(userRateLimitExceeded|rateLimitExceeded|dailyLimitExceeded|quotaExceeded)"/.test(text)
  )
    return { code: 'provider_rate_limited', retryAfter: null };
  return null;
};

const ownIdentity = (session: Session): Promise<Identity> =>
  call(session, async (_, auth) => {
    const url = 'https://openidconnect.googleapis.com/v1/userinfo';
    const { data } = await auth.request({ url, retry: false });
    return { account: toAccount(z.parse(UserInfo, data)), tenant: '' };
  });

/** The title of the calendar; fails where it is not there, or may not be read. */
const titleOf = (session: Session) =>
  call(session, async (api) => {
    const { data } = await api.events.list({ calendarId: calendarOf(session), maxResults: 1 });
    return z.parse(EventPage, data).summary;
  });

/** Of a calendar that is not shared Google says that it is not there: what is forbidden lacks the scope, which is told elsewhere. */
const unlessForbidden = (error: unknown): void => {
  if (!hasCode(error, 'provider_forbidden')) throw error;
};

export const adapter: Adapter = {
  sites: null,

  /** A person's own account by what it says of itself; a calendar named in the settings by reading it. */
  identify: async (session) => {
    if (session.auth !== 'oauth2')
      return { account: calendarAccount(calendarOf(session), await titleOf(session)), tenant: '' };
    if (session.settings['calendarId'] !== undefined) await titleOf(session).catch(unlessForbidden);
    return ownIdentity(session);
  },

  search: async (session, { query, range, limit, after }) => {
    const page = await call(session, async (api) => {
      const { data } = await api.events.list({
        calendarId: calendarOf(session),
        singleEvents: true,
        orderBy: 'startTime',
        maxResults: limit,
        ...(query !== null && { q: query }),
        ...(range && { timeMin: range.from, timeMax: range.to }),
        ...(after !== null && { pageToken: after }),
      });
      return z.parse(EventPage, data);
    });
    const next = page.nextPageToken ?? null;
    return {
      items: page.items.map((event) => toItem(event, range)).filter(isItem),
      // A page that leads to itself is the last.
      next: next === after ? null : next,
    };
  },

  read: async (session, _type, id) => {
    const event = await orNull(
      call(session, async (api) => {
        const { data } = await api.events.get({ calendarId: calendarOf(session), eventId: id });
        return z.parse(Event, data);
      }),
    );
    return event && toItem(event);
  },

  findPersons: null,
  activity: null,
  sync: readEvents(call, calendarOf),

  proxy: ({ accessToken }) => ({
    base: 'https://www.googleapis.com',
    headers: { authorization: `Bearer ${accessToken}` },
  }),

  classify,
};
