import { isoNow, now } from '../config/clock.ts';
import { erase } from '../contract/jobs.ts';
import { eventWrites } from '../events/record.ts';
import { send } from '../jobs/send.ts';
import { organizationOf } from '../model/caller.ts';
import type { ErasureRecord, Subject } from '../model/erasure.ts';
import { newErasureId } from '../model/ids.ts';
import { insertErasure } from '../store/erasures.ts';
import { transact, type Write } from '../store/table.ts';

/** A job that was queued and lost is queued again after this. */
export const patience = 15 * 60_000;

/** That something is to be erased is audited where it is erased from; of an organisation nothing stays to audit in. */
const auditWrites = ({ id, subject, requestedBy }: ErasureRecord): Write[] =>
  subject.kind === 'organization' || subject.organizationId === null
    ? []
    : eventWrites(organizationOf({ organizationId: subject.organizationId }), {
        actor: requestedBy,
        action: 'erasure.requested',
        target: id,
        provider: null,
        outcome: 'ok',
        detail: { kind: subject.kind },
      });

/** The record that makes an erasure happen, whatever becomes of the job that is queued next. */
export const erasureOf = (
  subject: Subject,
  requestedBy: string,
): { erasure: ErasureRecord; writes: Write[] } => {
  const erasure: ErasureRecord = {
    id: newErasureId(),
    subject,
    requestedBy,
    requestedAt: isoNow(),
    state: 'running',
    settlesAt: null,
    finishedAt: null,
  };
  return { erasure, writes: [...insertErasure(erasure, now() + patience), ...auditWrites(erasure)] };
};

export const requestErasure = async (subject: Subject, requestedBy: string): Promise<ErasureRecord> => {
  const { erasure, writes } = erasureOf(subject, requestedBy);
  await transact(writes);
  await send(erase, { id: erasure.id });
  return erasure;
};
