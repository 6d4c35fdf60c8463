import type { Job } from '../contract/define.ts';
import { jobs } from '../contract/jobs.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { FailedJob } from '../jobs/failures.ts';
import { send } from '../jobs/send.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { readIntegration } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { get, queryAll, transact } from '../store/table.ts';
import { syncNow } from '../sync/syncs.ts';

/** The organisation's and the caller's own: what others' personal integrations do is not for admins. */
const isFor = ({ userId }: Caller, failed: FailedJob): boolean =>
  failed.userId === null || failed.userId === userId;

/** Newest first. */
export const listFailuresFor = async (caller: Caller) => {
  const all = await queryAll<FailedJob>(keys.failuresOf(caller.organizationId));
  return {
    jobs: all
      .filter((failed) => isFor(caller, failed))
      .toSorted((a, b) => (a.failedAt < b.failedAt ? 1 : -1))
      .map(({ id, job, integrationId, code, failedAt }) => ({ id, job, integrationId, code, failedAt })),
  };
};

/** Does the work again: a sync as a new run that goes on where the failed one stopped, all else by the same message. */
const again = async (caller: Caller, { job: id, payload, integrationId }: FailedJob): Promise<void> => {
  if (id === 'sync' && integrationId !== null) {
    const { integration } = await readIntegration(caller, integrationId);
    await syncNow(caller, integration);
    return;
  }
  const job = (jobs as readonly Job[]).find((one) => one.id === id);
  if (!job) throw notFound('The job');
  await send(job, payload);
};

/** Queues it first, then forgets it: a crash between the two does it twice, which every job bears. */
export const redrive = async (caller: Caller, failureId: string): Promise<void> => {
  const key = /^[A-Za-z0-9_-]{1,100}$/.test(failureId)
    ? keys.failure(caller.organizationId, failureId)
    : null;
  const failed = key && (await get<FailedJob>(key));
  if (!key || !failed || !isFor(caller, failed)) throw notFound('The job');
  await again(caller, failed);
  await transact([
    { delete: key },
    ...eventWrites(organizationOf(caller), {
      actor: caller.userId,
      action: 'job.redriven',
      target: failed.integrationId ?? failed.job,
      provider: null,
      outcome: 'ok',
      detail: { job: failed.job },
    }),
  ]);
};
