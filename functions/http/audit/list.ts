import { listEvents } from '../../../lib/contract/operations/organization.ts';
import { listEventsFor } from '../../../lib/events/list.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(listEvents, ({ caller, query }) => listEventsFor(caller, query));
