import { now } from '../config/clock.ts';
import type { Work } from '../jobs/handle.ts';
import { keys } from '../store/keys.ts';
import { getMany, queryDue } from '../store/table.ts';
import { type DueEvent, follow } from './follow.ts';

/** The stream gets so long before an event counts as lost. */
const patience = 2 * 60_000;
const atOnce = 100;

/** Handles events the stream did not: its records live a day, and a handler may fail for longer. */
export const sweepEvents = async ({ left }: Work): Promise<void> => {
  for (const partition of keys.duePartitions('event')) {
    for (;;) {
      const due = await queryDue(partition, now() - patience, atOnce);
      const events = await getMany<DueEvent>(due.map(({ pk, sk }) => ({ pk, sk })));
      for (const event of events) if (event?.due !== undefined) await follow(event);
      if (due.length < atOnce || left() <= 0) break;
    }
  }
};
