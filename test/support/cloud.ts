import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A local cloud as operators and developers start it: its own process, real HTTP. */
export type Cloud = {
  url: string;
  /** Origins of the bundled stand-ins, by provider. */
  standins: Record<string, string>;
  data: string;
  pid: number;
  /** Ends it as Ctrl-C would; resolves with its exit code. */
  stop: () => Promise<number | null>;
  /** Ends it as a power cut would. */
  kill: () => Promise<void>;
  /** What it printed on standard output. */
  printed: () => string;
};

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'manageros-'));

export const startCloud = async (
  args: readonly string[] = [],
  { data = temporaryDirectory(), env = {} }: { data?: string; env?: Record<string, string> } = {},
): Promise<Cloud> => {
  const child = spawn(process.execPath, ['infra/local/start.ts', '--port', '0', '--data', data, ...args], {
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
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setInterval(() => {
      const ready = /^ready (\S+)$/m.exec(printed)?.[1];
      if (ready) resolve(ready);
      else if (child.exitCode !== null) reject(new Error(`The cloud ended: ${told}`));
      else return;
      clearInterval(timer);
    }, 20);
  });
  const standins = Object.fromEntries(
    [...told.matchAll(/^(\w+) is served by (\S+)$/gm)].map(([, id = '', origin = '']) => [id, origin]),
  );
  return {
    url,
    standins,
    data,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGINT');
      return exited(child);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited(child);
    },
    printed: () => printed,
  };
};

export const removeData = ({ data }: Cloud): void => rmSync(data, { recursive: true, force: true });
