import type * as z from 'zod/mini';
import type { requestErasure as operation } from '../contract/operations/erasure.ts';
import { notFound } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import type { ErasureRecord, Subject } from '../model/erasure.ts';
import { newestErasures } from '../store/erasures.ts';
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

/** The record is there, and its job queued, when it answers. */
export const askForErasure = async (caller: Caller, asked: Asked): Promise<Shown> =>
  shown(await requestErasure(subjectOf(caller, asked), caller.userId));

export const listErasuresFor = async ({ organizationId }: Caller): Promise<Shown[]> =>
  (await newestErasures(organizationId, 100)).map(shown);
