import * as z from 'zod/mini';
import { useFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import { externalId, foreignId, id, orAbsent } from '../shapes.ts';

const persons = z.optional(
  z.array(z.strictObject({ id: foreignId(), email: z.email() })).check(z.maxLength(500)),
);

const person = z.object({
  email: z.string(),
  name: orAbsent(z.string()),
  /** Of those the caller named, the one with this address. */
  personId: orAbsent(z.string()),
});

export const importEvents = defineOperation({
  id: 'calendar.import',
  method: 'POST',
  path: '/calendar/import',
  summary: 'What a meeting needs of a calendar event or an ICS file, once per UID',
  access: session('member'),
  body: z.union([
    z.strictObject({
      integrationId: id,
      externalId,
      persons,
    }),
    z.strictObject({
      ics: z.string().check(z.minLength(1), z.maxLength(200_000)),
      persons,
    }),
  ]),
  output: z.object({
    events: z.array(
      z.object({
        uid: z.string(),
        /** False where the organisation imported this event before. */
        imported: z.boolean(),
        title: z.string(),
        start: z.string(),
        /** Exclusive; a date where `allDay`. */
        end: z.string(),
        allDay: z.boolean(),
        durationMinutes: z.number(),
        timeZone: orAbsent(z.string()),
        location: orAbsent(z.string()),
        joinUrl: orAbsent(z.url()),
        status: z.string(),
        recurring: z.boolean(),
        /** Of an occurrence of a series: when it would be by the rule. */
        originalStart: orAbsent(z.string()),
        organizer: orAbsent(person),
        attendees: z.array(z.extend(person, { response: z.string() })),
      }),
    ),
  }),
  failures: [...useFailures, 'not_found'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
  creates: true,
});
