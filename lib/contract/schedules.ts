import { defineSchedule, type Schedule } from './define.ts';

export const refreshAhead = defineSchedule({
  id: 'refresh-ahead',
  summary: 'Refreshes tokens that were used lately before they expire',
  every: 2,
  timeout: 120,
  grants: ['table:read', 'table:write', 'jobs:send:refresh'],
});

export const recoverIntents = defineSchedule({
  id: 'recover-intents',
  summary: 'Takes up refreshes whose process died or whose outcome is unknown',
  every: 1,
  timeout: 60,
  grants: ['table:read', 'jobs:send:refresh'],
});

export const keepAlive = defineSchedule({
  id: 'keep-alive',
  summary: 'Refreshes idle rolling tokens before they would lapse',
  every: 60,
  timeout: 120,
  grants: ['table:read', 'table:write', 'jobs:send:refresh'],
});

export const sweepEvents = defineSchedule({
  id: 'sweep-events',
  summary: 'Handles events whose stream record was lost or failed',
  every: 5,
  timeout: 60,
  grants: ['table:read', 'table:write', 'events:settle', 'jobs:send:purge-integration', 'jobs:send:revoke'],
});

export const queueDueSyncs = defineSchedule({
  id: 'queue-due-syncs',
  summary: 'Starts the syncs that are due and looks after those nobody has been heard of',
  every: 1,
  timeout: 120,
  grants: ['table:read', 'table:write', 'jobs:send:sync'],
});

export const purge = defineSchedule({
  id: 'purge',
  summary: 'Goes on with erasures that stopped or are to be gone over, and drops events past their retention',
  every: 60,
  timeout: 300,
  grants: ['table:read', 'table:write', 'events:settle', 'jobs:send:erase'],
});

export const finishRotations = defineSchedule({
  id: 'finish-rotations',
  summary: 'Goes over what old data keys sealed once nobody seals with them, and destroys them',
  every: 15,
  timeout: 60,
  grants: ['table:read', 'table:write', 'jobs:send:reseal'],
});

export const schedules = [
  refreshAhead,
  recoverIntents,
  keepAlive,
  sweepEvents,
  queueDueSyncs,
  purge,
  finishRotations,
] as const satisfies readonly Schedule[];
