import { readdirSync, readFileSync } from 'node:fs';

/** What runs on this machine, as the kernel tells it. */

const parentOf = (pid: string): number | null => {
  try {
    const [, status = ''] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const [state, parent] = status.split(' ');
    return state === 'Z' ? null : Number(parent);
  } catch {
    return null;
  }
};

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

export const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);

export const isRunning = (pid: number): boolean => parentOf(String(pid)) !== null;

/** Processes that were started with a word that holds this text. */
export const runningWith = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(text))
    .map(Number);
