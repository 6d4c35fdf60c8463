import { commands } from '../lib/contract/commands.ts';
import {
  type Command,
  functionFile,
  type Job,
  type Operation,
  type Schedule,
  type Stream,
} from '../lib/contract/define.ts';
import type { Grant } from '../lib/contract/grants.ts';
import { jobs } from '../lib/contract/jobs.ts';
import { operations } from '../lib/contract/operations/index.ts';
import { schedules } from '../lib/contract/schedules.ts';
import { streams } from '../lib/contract/streams.ts';

/** Every function there is, as the definitions say: what is built, deployed, granted and watched. */
export type FunctionSpec = {
  /** `http-links-create`, `jobs-purge-integration` */
  name: string;
  file: string;
  summary: string;
  /** Seconds. */
  timeout: number;
  grants: readonly Grant[];
};

/** The gateway waits thirty seconds: the function ends first, and says why. */
const httpTimeout = 29;

const nameOf = (file: string): string =>
  file
    .replace(/^functions\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-');

const specOf = (
  file: string,
  { summary, grants, timeout }: Pick<FunctionSpec, 'summary' | 'grants' | 'timeout'>,
): FunctionSpec => ({ name: nameOf(file), file, summary, timeout, grants });

export const httpFunction = (operation: Operation): FunctionSpec =>
  specOf(functionFile(operation), { ...operation, timeout: httpTimeout });
export const jobFunction = (job: Job): FunctionSpec => specOf(`functions/jobs/${job.id}.ts`, job);
export const scheduleFunction = (schedule: Schedule): FunctionSpec =>
  specOf(`functions/schedules/${schedule.id}.ts`, schedule);
export const streamFunction = (stream: Stream): FunctionSpec =>
  specOf(`functions/streams/${stream.id}.ts`, stream);

export const commandFunction = (command: Command): FunctionSpec =>
  specOf(`functions/commands/${command.id}.ts`, command);

export const httpFunctions: readonly FunctionSpec[] = operations.map(httpFunction);
export const backgroundFunctions: readonly FunctionSpec[] = [
  ...jobs.map(jobFunction),
  ...schedules.map(scheduleFunction),
  ...streams.map(streamFunction),
  ...commands.map(commandFunction),
];
export const functions: readonly FunctionSpec[] = [...httpFunctions, ...backgroundFunctions];

/** What a deployed thing is called; Lambda takes at most 64 characters. */
export const deployedName = (environment: { name: string }, name: string): string => {
  const full = `mos-integrations-${environment.name}-${name}`;
  if (full.length <= 64) return full;
  throw new Error(`${full} is too long for the name of a function: choose a shorter id.`);
};

/** Queues where work ends that failed for good: a job's messages, runs of schedules, records of the stream. */
export const deadMessages = ({ id }: Job): string => `jobs-${id}-dead`;
export const deadRuns = 'schedules-dead';
export const deadRecords = 'streams-dead';
export const deadLetters: readonly string[] = [...jobs.map(deadMessages), deadRuns, deadRecords];

export const basePath = '/api/v1';

/** Routes of the gateway: each method on its own, since `ANY` with an authorizer would refuse preflights. */
export const routesOf = (operation: Operation): { method: Operation['methods'][number]; path: string }[] =>
  operation.methods.map((method) => ({ method, path: `${basePath}${operation.path}` }));

/** Calls that reach a provider, or count as such, are let through more slowly. */
export const reachesProvider = ({ grants, failures }: Operation): boolean =>
  failures.includes('rate_limited') || grants.some((grant) => grant.startsWith('credentials:'));
