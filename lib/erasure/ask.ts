import type * as z from 'zod/mini';
import type { requestErasure as operation } from '../contract/operations/erasure.ts';
import { AppError, notFound } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import type { ErasureRecord, Subject } from '../model/erasure.ts';
import { findErasure } from '../store/erasures.ts';
import { requestErasure } from './request.ts';

type Asked = z.output<typeof operation.body>['subject'];
type Shown = z.input<typeof operation.answers.ok.body>['erasure'];

/** Always of the caller's own organisation, whatever was named. */
const subjectOf = ({ organizationId }: Caller, asked: Asked): Subject => {
  if (asked.kind === 'entity') return { kind: 'entity', organizationId, entity: asked.entity };
  if (asked.kind === 'user') return { kind: 'user', organizationId, userId: asked.id };
  if (asked.id !== organizationId) throw notFound('The organisation');
  return { kind: 'organization', organizationId };
};

const shown = ({ subject, finishedAt, ...erasure }: ErasureRecord): Shown => ({
  ...erasure,
  finishedAt,
  subject:
    subject.kind === 'entity'
      ? { kind: 'entity', entity: subject.entity }
      : {
          kind: subject.kind,
          id: subject.kind === 'user' ? subject.userId : subject.organizationId,
        },
});

/** Everybody may be forgotten by their own wish; the rest is the admins' to decide. */
export const askForErasure = async (caller: Caller, asked: Asked): Promise<Shown> => {
  const subject = subjectOf(caller, asked);
  const oneself = subject.kind === 'user' && subject.userId === caller.userId;
  if (!oneself && caller.role !== 'admin')
    throw new AppError('forbidden', 'Only admins of the organisation may erase more than themselves.');
  return shown(await requestErasure(subject, caller.userId));
};

export const showErasure = async (caller: Caller, id: string): Promise<Shown> => {
  const erasure = /^ers_[A-Za-z0-9_-]{22}$/.test(id) ? await findErasure(id) : null;
  const mine = erasure?.subject.organizationId === caller.organizationId;
  if (!erasure || !mine || (caller.role !== 'admin' && erasure.requestedBy !== caller.userId))
    throw notFound('The erasure');
  return shown(erasure);
};
