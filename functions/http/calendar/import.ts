import { importFor } from '../../../lib/calendar/import.ts';
import { importEvents } from '../../../lib/contract/operations/calendar.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(importEvents, async ({ caller, body, call }) => ({
  events: await importFor(caller, body, call),
}));
