import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';
import { captureOutput, invoke } from '../../infra/local/functions.ts';
import { startKms } from '../../infra/local/kms.ts';
import { commands } from '../../lib/contract/commands.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import type { Cloud } from './cloud.ts';
import { setEnvironment } from './parts.ts';

/**
 * What no call reaches, operators' commands and jobs, run in the test's own process on a cloud's table, keys
 * and stand-ins: so that a test may say which delivery of a message it is, without waiting an hour for it.
 */
export const startWorker = async (
  { database, data, standins }: Pick<Cloud, 'database' | 'data' | 'standins'> = inject('cloud'),
) => {
  const path = (name: string): string => join(data, name);
  const keyId = '00000000-0000-4000-8000-000000000001';
  const kms = await startKms({ path, secret: () => '' }, keyId);
  captureOutput(path('functions.log'));
  setEnvironment({
    TABLE_NAME: 'manageros-integrations',
    KEY_ID: keyId,
    AWS_ENDPOINT_URL_DYNAMODB: database,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    STANDIN_ORIGINS: JSON.stringify(standins),
  });
  const timeoutOf = (list: readonly { id: string; timeout: number }[], id: string): number => {
    const found = list.find((one) => one.id === id);
    if (!found) throw new Error(`There is no ${id}.`);
    return found.timeout;
  };
  return {
    command: (id: string, payload: unknown): Promise<unknown> =>
      invoke(`functions/commands/${id}.ts`, payload, timeoutOf(commands, id)),
    /** Hands a message to its job; whether it was handled. Five deliveries are all a message gets. */
    job: async (id: string, payload: unknown, delivery: number): Promise<boolean> => {
      const record = {
        messageId: randomUUID(),
        body: JSON.stringify(payload),
        attributes: { ApproximateReceiveCount: String(delivery) },
      };
      const result = await invoke(`functions/jobs/${id}.ts`, { Records: [record] }, timeoutOf(jobs, id));
      return (result as { batchItemFailures: unknown[] }).batchItemFailures.length === 0;
    },
    stop: (): Promise<void> => kms.stop(),
  };
};
