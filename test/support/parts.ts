import { openDataDir } from '../../infra/local/data-dir.ts';
import { startDatabase } from '../../infra/local/database.ts';
import { startKms } from '../../infra/local/kms.ts';
import type { Settings } from '../../lib/contract/settings.ts';
import { removeData, temporaryDirectory } from './cloud.ts';

export const testSettings: Settings = {
  environment: 'test',
  publicUrl: 'https://integrations.example.com',
  claims: { user: 'sub', organization: 'org_id', role: 'org_role', person: 'person_id', plan: 'plan' },
  roles: { admin: ['admin', 'org:admin'], member: ['member', 'org:member'] },
  returnPages: { default: 'https://app.example.com/return' },
  allowedHosts: {},
  limits: { perUser: 120, perOrganization: 600, perIntegration: 300 },
  refresh: { margin: 300_000, deadline: 90_000, limit: 120_000, lease: 125_000, wait: 10_000, pause: 30_000 },
  sync: { attempts: 6, backoff: 200 },
  minutesSaved: { task: 2, pull_request: 3, event: 1, person: 1 },
  plans: {
    free: { integrations: 5, minInterval: 'daily', priority: false },
    premium: { integrations: null, minInterval: null, priority: true },
  },
  retention: { events: 400, activityCache: 1, syncRuns: 90, idempotency: 1 },
  assertionKeys: [],
};

export const tableName = 'test';
export const keyId = '00000000-0000-4000-8000-0000000000aa';

/** The environment a function has, without any of the services behind it. */
export const setEnvironment = (more: Record<string, string> = {}): void => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    TABLE_NAME: tableName,
    KEY_ID: keyId,
    CURSOR_KEY: 'a key for cursors, of tests only',
    SETTINGS: JSON.stringify(testSettings),
    ...more,
  });
};

/** A table and a KMS for code that runs in the test's own process. */
export const startParts = async () => {
  setEnvironment();
  const data = openDataDir(temporaryDirectory(), true);
  const database = await startDatabase(data, tableName, { streamed: false });
  const kms = await startKms(data, keyId);
  setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: database.endpoint, AWS_ENDPOINT_URL_KMS: kms.endpoint });
  return {
    data,
    database,
    kms,
    stop: async (): Promise<void> => {
      await kms.stop();
      await database.stop();
      removeData({ data: data.path('') });
    },
  };
};
