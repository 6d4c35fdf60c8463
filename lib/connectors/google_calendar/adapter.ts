import { OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import * as z from 'zod/mini';
import type { ExternalItem } from '../../model/link.ts';
import type { Adapter, Classify, Session } from '../connector.ts';
import { orNull } from '../refusal.ts';
import { CalendarEntry, calendarAccount, Event, EventPage, toAccount, toItem, UserInfo } from './map.ts';
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
  if (status === 403 && /"(userRateLimitExceeded|rateLimitExceeded|quotaExceeded)"/.test(text))
    return { code: 'provider_rate_limited', retryAfter: null };
  return null;
};

const ownIdentity = async (session: Session) => {
  const user = await orNull(
    call(session, async (_, auth) => {
      const { data } = await auth.request({
        url: 'https://openidconnect.googleapis.com/v1/userinfo',
        retry: false,
      });
      return z.parse(UserInfo, data);
    }),
  );
  if (user) return { account: toAccount(user), tenant: '' };
  const { id, summary } = await call(session, async (api) =>
    z.parse(CalendarEntry, (await api.calendarList.get({ calendarId: 'primary' })).data),
  );
  return { account: calendarAccount(id, summary), tenant: '' };
};

export const adapter: Adapter = {
  sites: null,

  /** A person's own account by what it says of itself; a calendar named in the settings by reading it. */
  identify: async (session) => {
    if (session.auth === 'oauth2' && session.settings['calendarId'] === undefined)
      return ownIdentity(session);
    const calendarId = calendarOf(session);
    const { summary } = await call(session, async (api) =>
      z.parse(EventPage, (await api.events.list({ calendarId, maxResults: 1 })).data),
    );
    if (session.auth === 'oauth2') return ownIdentity(session);
    return { account: calendarAccount(calendarId, summary), tenant: '' };
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
    return { items: page.items.map(toItem).filter(isItem), next: page.nextPageToken ?? null };
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
