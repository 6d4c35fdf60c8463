import { expiryInDays, isoNow } from '../config/clock.ts';
import type { ErrorCode } from '../contract/codes.ts';
import type { Job } from '../contract/define.ts';
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

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Keeps what an organisation's job was to do, once for a message; a job of nobody's is the operators' alone. */
export const keepFailure = async (job: Job, id: string, payload: unknown, code: ErrorCode): Promise<void> => {
  const given = payload as Record<string, unknown>;
  const organizationId = text(given['organizationId']);
  if (organizationId === null || operatorsOnly.has(job.id)) return;
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
