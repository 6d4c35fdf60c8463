import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import type { CalendarEvent } from '../connectors/calendar.ts';
import type { importEvents } from '../contract/operations/calendar.ts';
import { AppError, hasCode, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { checkExternalId, factsOfOnly } from '../integrations/search.ts';
import { requireScopes, using } from '../integrations/use.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { digest, keys } from '../store/keys.ts';
import { get, transact } from '../store/table.ts';
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
      const facts = factsOfOnly(usable.manifest, 'event');
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
      originalStart: event.originalStart ?? null,
      recurring: event.recurringEventId !== undefined,
    },
  ];
};

/**
 * Whether this is the organisation's first import of the event; kept without what the event says.
 * Occurrences of one series may share their uid: each is an event of its own, wherever it is moved.
 */
const isFirst = async (
  caller: Caller,
  { uid, originalStart }: FoundEvent,
  call: string | null,
): Promise<boolean> => {
  const event = digest(uid ?? '', originalStart ?? '');
  const key = keys.imported(caller.organizationId, event);
  const already = (): AppError => new AppError('already_created', 'This event was imported before.');
  try {
    await transact([
      {
        put: { ...key, at: isoNow(), by: caller.userId, call },
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
    if (!hasCode(error, 'already_created')) throw error;
    // To the call that imported it, and could not say so, it is the first still.
    return call !== null && (await get<{ call?: string | null }>(key))?.call === call;
  }
};

const shown = (event: FoundEvent, imported: boolean, personOf: ReadonlyMap<string, string>): Imported => {
  const { uid, start, end, organizer, attendees, recurringEventId: _, ...rest } = event;
  const person = ({ email, name }: { email: string; name?: string | null | undefined }) => ({
    email,
    name: name ?? null,
    personId: personOf.get(email) ?? null,
  });
  return {
    ...rest,
    uid: uid ?? '',
    imported,
    start,
    end,
    durationMinutes: Math.max(0, Math.round((Date.parse(end) - Date.parse(start)) / minute)),
    organizer: organizer && person(organizer),
    attendees: attendees.map((attendee) => ({ ...person(attendee), response: attendee.response })),
  };
};

/** What a meeting needs of each event; attendees are matched by address to the persons the app names. */
export const importFor = async (caller: Caller, body: Body, call: string | null): Promise<Imported[]> => {
  const events =
    'ics' in body
      ? (await import('./ics.ts')).eventsOfIcs(body.ics)
      : await eventOf(caller, body.integrationId, body.externalId);
  const personOf = new Map((body.persons ?? []).map(({ id, email }) => [email.toLowerCase(), id]));
  return inParallel(5, events, async (event) => shown(event, await isFirst(caller, event, call), personOf));
};
