import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A local cloud as operators and developers start it: its own process, real HTTP. */
export type Cloud = {
  url: string;
  /** Origins of the bundled stand-ins, by provider. */
  standins: Record<string, string>;
  /** Where the database listens, for tests that read the table itself. */
  database: string;
  data: string;
  pid: number;
  /** Asks it to end; resolves with its exit code. */
  end: (signal: 'SIGINT' | 'SIGTERM') => Promise<number | null>;
  /** Ends it as Ctrl-C would. */
  stop: () => Promise<number | null>;
  /** Ends it as a power cut would. */
  kill: () => Promise<void>;
  /** What it printed on standard output. */
  printed: () => string;
  /** What it told on standard error. */
  told: () => string;
};

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'manageros-'));

const launch = (args: readonly string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, ['infra/local/start.ts', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  return { child, printed: () => printed, told: () => told };
};

/** A start that is expected to end by itself, with what it said. */
export const startThatEnds = async (args: readonly string[]) => {
  const { child, printed, told } = launch(args);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, printed: printed(), told: told() };
};

export const startCloud = async (
  args: readonly string[] = [],
  { data = temporaryDirectory(), env = {} }: { data?: string; env?: Record<string, string> } = {},
): Promise<Cloud> => {
  const { child, printed, told } = launch(['--port', '0', '--data', data, ...args], env);
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setInterval(() => {
      const ready = /^ready (\S+)$/m.exec(printed())?.[1];
      // Standard error is another pipe: its last line may come later.
      if (ready && /^dynamodb is served by/m.test(told())) resolve(ready);
      else if (child.exitCode !== null) reject(new Error(`The cloud ended: ${told()}`));
      else return;
      clearInterval(timer);
    }, 20);
  });
  const { dynamodb = '', ...standins } = Object.fromEntries(
    [...told().matchAll(/^(\w+) is served by (\S+)$/gm)].map(([, id = '', origin = '']) => [id, origin]),
  );
  const end = (signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited(child);
  };
  return {
    url,
    standins,
    database: dynamodb,
    data,
    pid: child.pid ?? 0,
    end,
    stop: () => end('SIGINT'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited(child);
    },
    printed,
    told,
  };
};

export const removeData = ({ data }: Pick<Cloud, 'data'>): void =>
  rmSync(data, { recursive: true, force: true });
