import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import type { CalendarEvent } from '../connectors/calendar.ts';
import type { importEvents } from '../contract/operations/calendar.ts';
import { AppError, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { checkExternalId, entityFacts } from '../integrations/search.ts';
import { requireScopes, using } from '../integrations/use.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { digest, keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import type { FoundEvent } from './ics.ts';

type Body = z.output<typeof importEvents.body>;
type Imported = z.input<typeof importEvents.answers.ok.body>['events'][number];

const minute = 60_000;

/** One event of a connected calendar. */
const eventOf = async (caller: Caller, integrationId: string, externalId: string): Promise<FoundEvent[]> => {
  const item = await using(
    caller,
    integrationId,
    (usable) => {
      const facts = entityFacts(usable.manifest, 'event', 'integrationId');
      checkExternalId(facts, externalId, 'externalId');
      requireScopes(usable, facts);
    },
    ({ adapter, session }) => adapter.read(session, 'event', externalId),
  );
  if (!item) throw notFound('The event');
  const event = item.metadata as Partial<CalendarEvent> &
    Pick<CalendarEvent, 'start' | 'end' | 'allDay' | 'status'>;
  return [
    {
      title: item.title,
      start: event.start,
      end: event.end,
      allDay: event.allDay,
      timeZone: event.timeZone ?? null,
      location: event.location ?? null,
      organizer: event.organizer ?? null,
      attendees: event.attendees ?? [],
      joinUrl: event.joinUrl ?? null,
      status: event.status,
      uid: event.uid ?? item.id,
      recurringEventId: event.recurringEventId ?? null,
      // Occurrences of one series share their uid; each is an event of its own.
      recurrence: event.recurringEventId === undefined ? null : event.start,
      recurring: event.recurringEventId !== undefined,
    },
  ];
};

/** Whether this is the organisation's first import of the event; kept without what the event says. */
const isFirst = async (caller: Caller, { uid, recurrence }: FoundEvent): Promise<boolean> => {
  const event = digest(uid ?? '', recurrence ?? '');
  const already = (): AppError => new AppError('already_created', 'This event was imported before.');
  try {
    await transact([
      {
        put: { ...keys.imported(caller.organizationId, event), at: isoNow(), by: caller.userId },
        when: [['pk', 'absent']],
        otherwise: already,
      },
      ...eventWrites(organizationOf(caller), {
        actor: caller.userId,
        action: 'calendar.imported',
        target: `event:${event}`,
        provider: null,
        outcome: 'ok',
        detail: {},
      }),
    ]);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'already_created') return false;
    throw error;
  }
};

const shown = (event: FoundEvent, imported: boolean, personOf: ReadonlyMap<string, string>): Imported => {
  const { uid, title, start, end, allDay, timeZone, location, joinUrl, status, recurring, organizer } = event;
  return {
    uid: uid ?? '',
    imported,
    title,
    start,
    end,
    allDay,
    durationMinutes: Math.max(0, Math.round((Date.parse(end) - Date.parse(start)) / minute)),
    timeZone,
    location,
    joinUrl,
    status,
    recurring,
    organizer,
    attendees: event.attendees.map(({ email, name, response }) => ({
      email,
      name: name ?? null,
      response,
      personId: personOf.get(email) ?? null,
    })),
  };
};

/** What a meeting needs of each event; attendees are matched by address to the persons the app names. */
export const importFor = async (caller: Caller, body: Body): Promise<Imported[]> => {
  const events =
    'ics' in body
      ? (await import('./ics.ts')).eventsOfIcs(body.ics)
      : await eventOf(caller, body.integrationId, body.externalId);
  const personOf = new Map((body.persons ?? []).map(({ id, email }) => [email.toLowerCase(), id]));
  return inParallel(5, events, async (event) => shown(event, await isFirst(caller, event), personOf));
};
