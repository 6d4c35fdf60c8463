import { expiryInDays } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { ErasureRecord } from '../model/erasure.ts';
import { keys } from './keys.ts';
import { get, type Write } from './table.ts';

export type DueErasure = ErasureRecord & { dueAt?: number };

export const findErasure = (id: string): Promise<DueErasure | null> => get<DueErasure>(keys.erasure(id));

const kept = (): number => expiryInDays(settings().retention.events);

/** It is due from `dueAt` on, so that it goes on also where the job that was queued for it is lost. */
export const insertErasure = (erasure: ErasureRecord, dueAt: number): Write[] => [
  {
    put: {
      ...keys.erasure(erasure.id),
      ...erasure,
      due: keys.due('erasure', erasure.id),
      dueAt,
      expiresAt: kept(),
    },
    when: [['pk', 'absent']],
  },
  // A call that is still under way must not make a new data key for what is gone.
  ...(erasure.subject.kind === 'organization'
    ? [
        {
          put: { ...keys.erased(erasure.subject.organizationId), at: erasure.requestedAt, expiresAt: kept() },
        },
      ]
    : []),
];

/** Moves on, if it still is where it was seen; without a next time it is no longer due. */
export const moveErasure = (
  { id, state }: ErasureRecord,
  set: Partial<ErasureRecord>,
  dueAt: number | null,
): Exclude<Write, { check: unknown }> => ({
  update: keys.erasure(id),
  set: { ...set, ...(dueAt !== null && { dueAt }) },
  ...(dueAt === null && { remove: ['due', 'dueAt'] }),
  when: [['state', '=', state]],
});
