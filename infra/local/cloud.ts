import { setTimeout as sleep } from 'node:timers/promises';
import { commands } from '../../lib/contract/commands.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import type { Settings } from '../../lib/contract/settings.ts';
import { openDataDir } from './data-dir.ts';
import { startDatabase } from './database.ts';
import { captureOutput, invoke } from './functions.ts';
import { startGateway } from './gateway.ts';
import { openIssuer } from './issuer.ts';
import { startKms } from './kms.ts';
import { localApi } from './local-api.ts';
import type { LocalOptions } from './options.ts';
import { startQueues } from './queues.ts';
import { startStandins } from './standins/index.ts';
import { startStreams } from './streams.ts';

/** The whole cloud in one process tree: the same functions and the same SDK calls as on AWS. */

const tableName = 'manageros-integrations';
const keyId = '00000000-0000-4000-8000-000000000001';
const webApp = 'http://localhost:3000';

const settingsFor = (url: string, assertionKey: object): Settings => ({
  environment: 'local',
  publicUrl: url,
  claims: { user: 'sub', organization: 'org_id', role: 'org_role', person: 'person_id', plan: 'plan' },
  roles: { admin: ['admin', 'org:admin'], member: ['member', 'org:member'] },
  returnPages: { default: `${url}/local/return` },
  allowedHosts: {},
  limits: { perUser: 1200, perOrganization: 6000, perIntegration: 3000 },
  refresh: { margin: 300_000, deadline: 90_000, limit: 120_000, lease: 125_000, wait: 10_000, pause: 30_000 },
  sync: { attempts: 6, backoff: 200 },
  minutesSaved: { task: 2, pull_request: 3, event: 1, person: 1 },
  plans: {
    free: { integrations: 5, minInterval: 'daily', priority: false },
    premium: { integrations: null, minInterval: null, priority: true },
  },
  retention: { events: 400, activityCache: 1, syncRuns: 90, idempotency: 1 },
  assertionKeys: [{ ...assertionKey }],
});

/** What fails in the background is told on standard error; the cloud goes on. */
const settle = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};

export const startCloud = async (options: LocalOptions) => {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  const started = <T extends { stop: () => Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    const data = openDataDir(options.data, options.fresh);
    const print = captureOutput(data.path('functions.log'));
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      CLOCK_OFFSET_MS: '0',
    });
    const issuer = await openIssuer(data);
    const database = started(await startDatabase(data, tableName, { streamed: true }));
    const kms = started(await startKms(data, keyId));
    const queues = started(await startQueues(data, settle));
    const standins = started(await startStandins(data, options.providers));
    const streams = started(await startStreams(data, tableName, database.endpoint, settle));

    const drained = async (): Promise<void> => {
      do {
        await streams.caughtUp();
        while (!queues.isIdle()) await sleep(10);
        await streams.caughtUp();
      } while (!queues.isIdle());
    };
    const runSchedule = async (id: string): Promise<void> => {
      const timeout = schedules.find((schedule) => schedule.id === id)?.timeout ?? 60;
      await invoke(`functions/schedules/${id}.ts`, {}, timeout);
      await drained();
    };
    const runCommand = async (id: string, payload: unknown): Promise<unknown> => {
      const timeout = commands.find((command) => command.id === id)?.timeout ?? 60;
      const result = await invoke(`functions/commands/${id}.ts`, payload, timeout);
      await drained();
      return result;
    };
    const gateway = started(
      await startGateway(options.port, {
        issuer,
        allowedOrigins: [webApp],
        local: localApi({ issuer, runSchedule, runCommand }),
        settle,
      }),
    );
    const url = `http://127.0.0.1:${gateway.port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_ENDPOINT_URL_KMS: kms.endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      TABLE_NAME: tableName,
      KEY_ID: keyId,
      CURSOR_KEY: data.secret('cursor'),
      SETTINGS: JSON.stringify(settingsFor(url, issuer.assertionKey)),
      STANDIN_ORIGINS: JSON.stringify(standins.origins),
      ...queues.variables,
    });
    for (const [provider, app] of Object.entries(standins.apps))
      await invoke('functions/commands/set-app.ts', { provider, app }, 30);
    queues.start();
    streams.start();
    const timers = schedules.map(({ id, every }) =>
      setInterval(() => void invoke(`functions/schedules/${id}.ts`, {}, 60).catch(settle), every * 60_000),
    );
    stops.push(async () => timers.forEach(clearInterval));
    return { url, standins: standins.origins, database: database.endpoint, print, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
