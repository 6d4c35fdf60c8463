import { defineSchedule, type Schedule } from './define.ts';

export const sweepEvents = defineSchedule({
  id: 'sweep-events',
  summary: 'Handles events whose stream record was lost or failed',
  every: 5,
  timeout: 60,
  grants: ['table:read', 'table:write', 'jobs:send:purge-integration'],
});

export const schedules: readonly Schedule[] = [sweepEvents];
