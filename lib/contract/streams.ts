import { defineStream, type Stream } from './define.ts';

/** New events, and nothing else of the table: those that are due. */
export const events = defineStream({
  id: 'events',
  summary: 'Does what follows an event, once',
  filter: { eventName: ['INSERT'], dynamodb: { NewImage: { due: { S: [{ prefix: 'event#' }] } } } },
  timeout: 60,
  grants: ['table:read', 'table:write', 'events:settle', 'jobs:send:purge-integration', 'jobs:send:revoke'],
});

export const streams = [events] as const satisfies readonly Stream[];
