import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDataDir } from '../../infra/local/data-dir.ts';
import { freePort, startDatabase } from '../../infra/local/database.ts';
import { openIssuer } from '../../infra/local/issuer.ts';
import { startKms } from '../../infra/local/kms.ts';
import { startQueues } from '../../infra/local/queues.ts';
import { startGithub } from '../../infra/local/standins/github/index.ts';
import { startJira } from '../../infra/local/standins/jira/index.ts';
import type { Settings } from '../../lib/contract/settings.ts';
import { temporaryDirectory } from '../support/cloud.ts';
import { keyId, setEnvironment, tableName, testSettings } from '../support/parts.ts';

/** The API in several processes, with strict stand-ins; every time of the refresh protocol divided by `scale`. */

export type Rig = {
  scale: number;
  /** Where each process serves the API. */
  urls: readonly string[];
  origins: Readonly<Record<string, string>>;
  database: string;
  /** Milliseconds of the protocol's real times as they are here. */
  scaled: (milliseconds: number) => number;
  /** Moves the clock of every process and of the stand-ins. */
  advance: (seconds: number) => Promise<void>;
  stop: () => Promise<void>;
};

/** What every handler keeps back to stop in order is the machine's time, and stays as it is. */
const kept = 2;

/** Each process runs its code too few times to be compiled as a matter of course. */
const execArgv = ['--always-sparkplug', '--max-semi-space-size=32'];

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

export const realTimes: Settings['refresh'] = testSettings.refresh;

export const scaledTimes = (scale: number): Settings['refresh'] =>
  Object.fromEntries(
    Object.entries(realTimes).map(([name, time]) => [name, time / scale]),
  ) as Settings['refresh'];

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`A process of the rig ended with ${code}.`)));
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

export const startRig = async ({ scale, processes }: { scale: number; processes: number }): Promise<Rig> => {
  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop: () => Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    const directory = temporaryDirectory();
    stops.push(async () => rmSync(directory, { recursive: true, force: true }));
    const data = openDataDir(directory, true);
    mkdirSync(data.path('queues'), { recursive: true });
    await openIssuer(data);
    setEnvironment({ CLOCK_OFFSET_MS: '0' });
    const database = started(await startDatabase(data, tableName, { streamed: false }));
    const kms = started(await startKms(data, keyId));
    const queues = started(await startQueues(data, () => {}));
    const standins = [started(await startJira({ file: null })), started(await startGithub({ file: null }))];
    const origins = Object.fromEntries(standins.map(({ id, origin }) => [id, origin]));
    const ports = await Promise.all(Array.from({ length: processes }, freePort));
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const settings: Settings = {
      ...testSettings,
      publicUrl: urls[0] ?? '',
      limits: { perUser: 1e6, perOrganization: 1e6, perIntegration: 1e6 },
      refresh: scaledTimes(scale),
    };
    setEnvironment({
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_ENDPOINT_URL_KMS: kms.endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      SETTINGS: JSON.stringify(settings),
      STANDIN_ORIGINS: JSON.stringify(origins),
      ...queues.variables,
    });
    const beyond = kept * (1 - 1 / scale);
    const children = ports.map((port) =>
      fork(worker, [String(port), directory, queues.endpoint, String(beyond)], { execArgv }),
    );
    for (const child of children) stops.push(() => ended(child));
    await Promise.all(children.map(ready));

    return {
      scale,
      urls,
      origins,
      database: database.endpoint,
      scaled: (milliseconds) => milliseconds / scale,
      advance: async (seconds) => {
        process.env['CLOCK_OFFSET_MS'] = String(Number(process.env['CLOCK_OFFSET_MS']) + seconds * 1000);
        await Promise.all(
          urls.map((url) =>
            fetch(`${url}/local/clock`, {
              method: 'POST',
              body: JSON.stringify({ advanceSeconds: seconds }),
            }).then((response) => response.text()),
          ),
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
