import { codes, type ErrorCode } from '../contract/codes.ts';

export type FieldError = { path: string; message: string };

type Details = {
  /** Private: never sent to a caller. */
  cause?: unknown;
  errors?: FieldError[];
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  /** Further members of the problem document. */
  extra?: Record<string, unknown>;
  /** The provider understood and refused: asking the same again is of no use, though its code may pass. */
  refused?: boolean;
};

/** The one error of the house: `message` is always safe to show, everything private goes in `cause`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  readonly retryAfter: number | null;
  readonly extra: Record<string, unknown>;
  readonly refused: boolean;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = details.errors ?? [];
    this.retryAfter = details.retryAfter ?? null;
    this.extra = details.extra ?? {};
    this.refused = details.refused ?? false;
  }

  get status(): number {
    return codes[this.code].status;
  }

  get retryable(): boolean {
    return codes[this.code].retry;
  }
}

export const notFound = (what = 'It'): AppError =>
  new AppError('not_found', `${what} does not exist, or you may not see it.`);

/** A 400 that names the field; `path` is dotted, as in `credentials.apiToken`. */
export const invalidField = (path: string, message: string): AppError =>
  new AppError('invalid_request', `${path} ${message}.`, { errors: [{ path, message }] });

/** Anything thrown, as an error of ours: what we do not know is `internal`, its message kept private. */
export const asAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal', 'Something went wrong on our side; the request id helps us find it.', {
        cause: error,
      });

export const hasCode = (error: unknown, ...wanted: ErrorCode[]): boolean =>
  error instanceof AppError && wanted.includes(error.code);
