import { type Caller, caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import { consent } from '../support/consent.ts';
import { connected } from '../support/standins.ts';
import { googleEvent, type Meeting, outlookEvent } from './meetings.ts';

/** A calendar at each provider, connected in each way. */

export type Connected = {
  admin: Caller;
  calendar: Calendar;
  /** The id of the integration. */
  id: string;
  add: (...meetings: Meeting[]) => Promise<string[]>;
};

const withMeetings = (admin: Caller, calendar: Calendar, id: string): Connected => ({
  admin,
  calendar,
  id,
  add: (...meetings) =>
    calendar.add(...meetings.map(calendar.provider === 'google_calendar' ? googleEvent : outlookEvent)),
});

const byKeys = async (made: Promise<Calendar>): Promise<Connected> => {
  const [admin, calendar] = [caller(), await made];
  const { provider, auth, connection } = calendar;
  const { id } = await connected(admin, provider, connection, 'organization', { auth });
  return withMeetings(admin, calendar, id);
};

const byConsent = async (made: Promise<Calendar>): Promise<Connected> => {
  const [admin, calendar] = [caller(), await made];
  const { provider, owner: user } = calendar;
  const { id } = await consent(admin, { provider, user, scope: 'user' });
  return withMeetings(admin, calendar, id);
};

/** Every way a calendar is connected. The zone is that of the calendar, where it has one. */
export const ways: readonly { way: string; connect: (zone?: string) => Promise<Connected> }[] = [
  { way: 'Google by a service account', connect: (zone) => byKeys(aGoogleCalendar(zone)) },
  { way: 'Google by consent', connect: (zone) => byConsent(aGoogleCalendar(zone)) },
  { way: 'Outlook by client credentials', connect: () => byKeys(anOutlookMailbox()) },
  { way: 'Outlook by consent', connect: () => byConsent(anOutlookMailbox()) },
];

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
type Item = any;

export const searched = async (
  { admin, id }: Pick<Connected, 'admin' | 'id'>,
  asked: object,
): Promise<{ items: Item[]; nextCursor: string | null }> => {
  const { status, body, text } = await admin.post(`/integrations/${id}/search`, { type: 'event', ...asked });
  if (status !== 200) throw new Error(`search: ${status} ${text}`);
  return body as { items: Item[]; nextCursor: string | null };
};

export const titlesOf = (items: readonly Item[]): string[] => items.map(({ title }) => title as string);
