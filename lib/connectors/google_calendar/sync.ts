import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
import { syncWindow, toSyncedEvent } from '../calendar.ts';
import { noChanges } from '../changes.ts';
import { cleanTime } from '../clean.ts';
import type { ClientCall, ReadPage, Session } from '../connector.ts';
import { providerError } from '../refusal.ts';
import { Event, LoosePage, toItem } from './map.ts';

type Call = ClientCall<calendar_v3.Calendar>;

/** The window stands in the cursor: a page token belongs to the very request it came from. */
type Cursor = { window: { from: string; to: string } | null; token: string };

const isGone = (error: unknown): boolean => (error as { status?: unknown }).status === 410;

/** Google tells by sync tokens what changed; an old one is answered with 410, and everything is read again. */
export const readEvents =
  (call: Call, calendarOf: (session: Session) => string): ReadPage =>
  async (session, { position, cursor, limit }) => {
    const at = cursor === null ? null : (JSON.parse(cursor) as Cursor);
    const window = at ? at.window : position === null ? syncWindow(now()) : null;
    const answer = await call(session, async (api) => {
      try {
        const { data } = await api.events.list({
          calendarId: calendarOf(session),
          singleEvents: true,
          maxResults: limit,
          ...(window ? { timeMin: window.from, timeMax: window.to } : { syncToken: position ?? '' }),
          ...(at && { pageToken: at.token }),
        });
        return data as unknown;
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    });
    if (answer === null) return { ...noChanges, restart: true };
    const page = z.safeParse(LoosePage, answer);
    if (!page.success) throw providerError('Google Calendar', 'provider_error', { cause: page.error });

    const read = page.data.items.map((event) => z.safeParse(Event, event));
    const events = read.flatMap((one) => (one.success ? [one.data] : []));
    const cancelled = events.filter(({ status }) => status === 'cancelled');
    const next = page.data.nextPageToken ?? null;
    return {
      ...noChanges,
      items: events.flatMap((event) => {
        const item = event.status === 'cancelled' ? null : toItem(event);
        return item ? [toSyncedEvent(item, cleanTime(event.created), cleanTime(event.updated))] : [];
      }),
      removed: cancelled.map(({ id }) => ({ type: 'event', id })),
      failed: read.filter(({ success }) => !success).length,
      next: next === null ? null : JSON.stringify({ window, token: next } satisfies Cursor),
      position: next === null ? (page.data.nextSyncToken ?? null) : null,
    };
  };
