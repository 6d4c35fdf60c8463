import { AppError } from '../errors/error.ts';

type Fields = Record<string, string | number | boolean | null | object>;

/**
 * One JSON line. Callers name what is logged (an allow-list by construction): never bodies, headers,
 * queries, or messages of errors that are not ours.
 */
export const log = (level: 'info' | 'warn' | 'error', message: string, fields: Fields = {}): void => {
  // Not console.log, which Lambda prefixes: metrics are read from lines that are JSON alone.
  process.stdout.write(`${JSON.stringify({ level, message, at: new Date().toISOString(), ...fields })}\n`);
};

type Described = { name: string; code: string | null; stack: string[]; cause: Described | null };

/** A place in a file, as V8 writes it; no other line of a stack is. */
const frame = /^\s+at (?:[\w$.<>[\] #]+ \()?(?:async )?(?:file:\/\/|node:|\/)[^\s?()]+:\d+:\d+\)?$/;

/**
 * Where it was thrown. A stack begins with name and message, which may hold lines that look like
 * places: where it does not begin with those of now, nothing of it is sure.
 */
const framesOf = ({ name, message, stack = '' }: Error): string[] => {
  const lines = stack.split('\n');
  const begin = `${name}: ${message}`.split('\n').length;
  if (!lines.slice(0, begin).join('\n').endsWith(message)) return [];
  return lines
    .slice(begin)
    .filter((line) => frame.test(line))
    .slice(0, 6)
    .map((line) => line.trim());
};

/** Only what looks like a constant: some libraries put texts there. */
const codeOf = (error: Error): string | null => {
  if (error instanceof AppError) return error.code;
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return String(code);
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,59}$/.test(code) ? code : null;
};

/**
 * An error without its message, which may quote a secret (`JSON.parse` quotes what it cannot read):
 * names, codes and where it was thrown. Our own messages are safe and kept.
 */
export const describeError = (error: unknown, depth = 0): Described | null => {
  if (!(error instanceof Error) || depth > 4) return null;
  const name = /^[A-Za-z]\w{0,59}$/.test(error.name) ? error.name : 'Error';
  return {
    name: error instanceof AppError ? `AppError: ${error.message}` : name,
    code: codeOf(error),
    stack: framesOf(error),
    cause: describeError(error.cause, depth + 1),
  };
};
