import { clerkEvent } from '../../../lib/contract/operations/inbound.ts';
import { handle } from '../../../lib/http/handle.ts';
import { takeClerkNews } from '../../../lib/inbound/clerk.ts';

export const handler = handle(clerkEvent, ({ params, event, body }) =>
  takeClerkNews(params.token, event.headers, body),
);
