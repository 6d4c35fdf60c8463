import type { SyncFacts } from './connector.ts';

const eventSources = [
  'title',
  'description',
  'start',
  'end',
  'allDay',
  'timeZone',
  'location',
  'organizer',
  'attendees',
  'joinUrl',
  'status',
  'recurringEventId',
];

/** Events are read from 30 days back to a year ahead; once a week the window moves on. */
export const eventSync = (needs: readonly string[], perMinute: number): SyncFacts => ({
  streams: ['events'],
  needs,
  fullEveryDays: 7,
  perMinute,
  types: {
    event: {
      sources: eventSources,
      mapping: {
        fields: Object.fromEntries(
          eventSources.filter((name) => name !== 'status').map((name) => [name, name]),
        ),
        statuses: {},
      },
    },
  },
});
