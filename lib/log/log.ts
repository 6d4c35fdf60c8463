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

/**
 * An error without its message, which may quote a secret (`JSON.parse` quotes what it cannot read):
 * names, codes and where it was thrown. Our own messages are safe and kept.
 */
export const describeError = (error: unknown, depth = 0): Described | null => {
  if (!(error instanceof Error) || depth > 4) return null;
  const code = (error as { code?: unknown }).code;
  return {
    name: error instanceof AppError ? `AppError: ${error.message}` : error.name,
    code: typeof code === 'string' || typeof code === 'number' ? String(code).slice(0, 60) : null,
    stack: (error.stack ?? '')
      .split('\n')
      .filter((text) => /^\s+at /.test(text))
      .slice(0, 6)
      .map((text) => text.trim()),
    cause: describeError(error.cause, depth + 1),
  };
};
