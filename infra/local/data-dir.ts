import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the local cloud keeps between starts. Only files of its own are ever removed. */
export type DataDir = { path: (name: string) => string; secret: (name: string) => string };

const ours = [
  'table.db',
  'table.db-wal',
  'table.db-shm',
  'queues',
  'standins',
  'kms.json',
  'issuer.json',
  'secrets.json',
  'stream.json',
  'functions.log',
];

const isRunning = (pid: number, program: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
  } catch {
    return false;
  }
};

/** Ends what an earlier start left behind when it was killed; refuses a directory that is in use. */
const takeOver = (path: (name: string) => string): void => {
  const read = (name: string): number =>
    existsSync(path(name)) ? Number(readFileSync(path(name), 'utf8')) : 0;
  const main = read('main.pid');
  if (main > 0 && main !== process.pid && isRunning(main, 'infra/local/start.ts'))
    throw new Error(`${path('')} is in use by process ${main}; choose another with --data.`);
  const database = read('database.pid');
  if (database > 0 && isRunning(database, 'dynoxide')) process.kill(database, 'SIGKILL');
};

export const openDataDir = (directory: string, fresh: boolean): DataDir => {
  const path = (name: string): string => join(resolve(directory), name);
  mkdirSync(path(''), { recursive: true, mode: 0o700 });
  takeOver(path);
  if (fresh) for (const name of ours) rmSync(path(name), { recursive: true, force: true });
  writeFileSync(path('main.pid'), String(process.pid));

  const file = path('secrets.json');
  const secrets = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, string>;
  return {
    path,
    secret: (name) => {
      secrets[name] ??= randomBytes(32).toString('base64');
      writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
      return secrets[name];
    },
  };
};
