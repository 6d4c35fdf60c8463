import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';
import { captureOutput, invoke } from '../../infra/local/functions.ts';
import { startKms } from '../../infra/local/kms.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { setEnvironment } from './parts.ts';

/**
 * Jobs run in the test's own process, on the cloud's table, keys and stand-ins: so that a test may say which
 * delivery of a message it is, without waiting for it as long as a queue does.
 */
export const startWorker = async () => {
  const { database, data, standins } = inject('cloud');
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
  return {
    /** Hands a message to its job; whether it was handled. Five deliveries are all a message gets. */
    deliver: async (id: string, payload: object, delivery: number): Promise<boolean> => {
      const { timeout = 60 } = jobs.find((job) => job.id === id) ?? {};
      const message = {
        messageId: randomUUID(),
        body: JSON.stringify(payload),
        attributes: { ApproximateReceiveCount: String(delivery) },
      };
      const result = await invoke(`functions/jobs/${id}.ts`, { Records: [message] }, timeout);
      return (result as { batchItemFailures: unknown[] }).batchItemFailures.length === 0;
    },
    stop: (): Promise<void> => kms.stop(),
  };
};
