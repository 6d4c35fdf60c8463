import { expiryInDays, isoNow } from '../config/clock.ts';
import type { ErrorCode } from '../contract/codes.ts';
import type { Job } from '../contract/define.ts';
import { asAppError } from '../errors/error.ts';
import { keys } from '../store/keys.ts';
import { write } from '../store/table.ts';

/** A job the queue has given up on, for the admins of its organisation; the message itself is with the dead letters. */
export type FailedJob = {
  id: string;
  job: string;
  payload: Record<string, unknown>;
  userId: string | null;
  integrationId: string | null;
  code: ErrorCode;
  failedAt: string;
};

/** As long as SQS keeps dead letters. */
const keptDays = 14;

/** What operators asked for, or what holds sealed tokens, is not for an organisation's admins. */
const operatorsOnly = new Set(['rescue', 'reseal', 'erase']);

/** Whose admins are told of a message; null for one of nobody's, or of the operators' alone. */
const organizationOf = (job: Job, { organizationId }: Record<string, unknown>): string | null =>
  operatorsOnly.has(job.id) ? null : text(organizationId);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Keeps what an organisation's job was to do, once for a message. */
export const keepFailure = async (job: Job, id: string, payload: unknown, code: ErrorCode): Promise<void> => {
  const given = payload as Record<string, unknown>;
  const organizationId = organizationOf(job, given);
  if (organizationId === null) return;
  const failed: FailedJob = {
    id,
    job: job.id,
    payload: given,
    userId: text(given['userId']),
    integrationId: text(given['integrationId']),
    code,
    failedAt: isoNow(),
  };
  await write({ put: { ...keys.failure(organizationId, id), ...failed, expiresAt: expiryInDays(keptDays) } });
};

const forgetFailure = async (job: Job, id: string, payload: unknown): Promise<void> => {
  const organizationId = organizationOf(job, payload as Record<string, unknown>);
  if (organizationId !== null) await write({ delete: keys.failure(organizationId, id) });
};

/** The last delivery: kept as failed before it begins, for a worker that dies tells nobody, until it went well. */
export const lastTry = async (
  job: Job,
  id: string,
  payload: unknown,
  run: () => Promise<void>,
): Promise<void> => {
  // What cannot be kept is tried all the same.
  await keepFailure(job, id, payload, 'internal').catch(() => {});
  try {
    await run();
  } catch (error) {
    await keepFailure(job, id, payload, asAppError(error).code);
    throw error;
  }
  await forgetFailure(job, id, payload);
};
