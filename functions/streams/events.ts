import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { events } from '../../lib/contract/streams.ts';
import { type DueEvent, follow } from '../../lib/events/follow.ts';
import { handleStream } from '../../lib/jobs/handle.ts';

export const handler = handleStream(events, async ({ dynamodb }) => {
  await follow(unmarshall((dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>) as DueEvent);
});
