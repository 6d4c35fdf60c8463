import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { queueVariable } from '../../lib/contract/grants.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import { type Faults, startFaults } from './faults.ts';

const runner = fileURLToPath(new URL('run-function.ts', import.meta.url));

/** Where a function finds the services. */
export const endpointVariables = ({ dynamodb, kms, sqs }: Faults['endpoints']): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
  AWS_ENDPOINT_URL_KMS: kms,
  AWS_ENDPOINT_URL_SQS: sqs,
  ...Object.fromEntries(jobs.map(({ id }) => [queueVariable(id), `${sqs}/000000000000/${id}`])),
});

/** A function in a process of its own, ready to run, with this process's environment and faults of its own. */
export const startChild = async (file: string, services: Faults['endpoints'], logFile: string) => {
  const faults = await startFaults(services);
  const log = openSync(logFile, 'a', 0o600);
  const child: ChildProcess = fork(runner, [file], {
    env: { ...process.env, ...endpointVariables(faults.endpoints) },
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as T));
      child.once('exit', (code) => reject(new Error(`The child ended with ${code}.`)));
    });
  await next();
  return {
    faults,
    /** Begins; the result comes with `finished`. */
    start: (event: unknown, seconds = 120): void => void child.send({ event, seconds }),
    finished: async (): Promise<unknown> => {
      const { result } = await next<{ result: unknown }>();
      await ended;
      await faults.stop();
      return result;
    },
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
      await faults.stop();
    },
  };
};
