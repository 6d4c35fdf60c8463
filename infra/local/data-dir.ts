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

/** When a process began, as the kernel counts: with its id that names one process for good. Null where there is none. */
const beginOf = (pid: number): string | null => {
  try {
    const [, status = ''] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return status.split(' ')[19] ?? null;
  } catch {
    return null;
  }
};

/** Notes a process of ours, so that a later start can tell whether it still runs. */
export const noteProcess = (file: string, pid: number): void =>
  writeFileSync(file, `${pid} ${beginOf(pid) ?? ''}`);

/** The process that was noted, null where it no longer runs. */
const notedProcess = (file: string): number | null => {
  const [pid = '', begin = ''] = existsSync(file) ? readFileSync(file, 'utf8').split(' ') : [];
  return begin !== '' && beginOf(Number(pid)) === begin ? Number(pid) : null;
};

/** Ends what an earlier start left behind when it was killed; refuses a directory that is in use. */
const takeOver = (path: (name: string) => string): void => {
  const main = notedProcess(path('main.pid'));
  if (main !== null && main !== process.pid)
    throw new Error(`${path('')} is in use by process ${main}; choose another with --data.`);
  const database = notedProcess(path('database.pid'));
  if (database !== null) process.kill(database, 'SIGKILL');
};

export const openDataDir = (directory: string, fresh: boolean): DataDir => {
  const path = (name: string): string => join(resolve(directory), name);
  mkdirSync(path(''), { recursive: true, mode: 0o700 });
  takeOver(path);
  if (fresh) for (const name of ours) rmSync(path(name), { recursive: true, force: true });
  noteProcess(path('main.pid'), process.pid);

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
