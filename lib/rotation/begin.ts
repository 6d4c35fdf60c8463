import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import type { rotateKeys } from '../contract/commands.ts';
import { reseal } from '../contract/jobs.ts';
import type { Work } from '../jobs/handle.ts';
import { send, sendAll } from '../jobs/send.ts';
import { postpone } from '../store/credentials.ts';
import { forEachDue } from '../store/due.ts';
import { type Key, keys } from '../store/keys.ts';
import { query } from '../store/table.ts';
import type { Rotation } from './reseal.ts';

type Payload = z.output<typeof rotateKeys.payload>;

const atOnce = 100;
/** A job that was queued and lost is due again after this. */
const patience = 15 * 60_000;

/** An operator's: queues the work for one organisation or for all, in the order of the directory. */
export const beginRotation = async ({
  keys: which,
  organizationId,
}: Payload): Promise<{ queued: number }> => {
  const since = now();
  const payloadFor = (id: string) => ({
    organizationId: id,
    keys: which,
    since,
    begun: since,
    after: null,
  });
  if (organizationId !== null) {
    await send(reseal, payloadFor(organizationId));
    return { queued: 1 };
  }
  let queued = 0;
  for (const range of keys.organizations())
    for (let after: string | null = null; ; ) {
      const page: { items: Key[]; next: string | null } = await query<Key>({
        ...range,
        after,
        limit: atOnce,
      });
      const ids = page.items.map(({ sk }) => sk.slice('ORG#'.length));
      await sendAll(reseal, ids.map(payloadFor));
      queued += ids.length;
      if (page.next === null) break;
      after = page.next;
    }
  return { queued };
};

/** Queues the last pass of rotations whose older keys nobody seals with any more, and those that stopped. */
export const finishRotations = ({ left }: Work): Promise<void> =>
  forEachDue<Rotation & Key>('rotation', { until: now(), left }, async (rotation) => {
    if (await postpone(rotation, rotation.dueAt, now() + patience))
      await send(reseal, {
        organizationId: rotation.organizationId,
        keys: 'data',
        since: rotation.since,
        begun: now(),
        after: null,
      });
  });
