import { createHash } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { codes } from '../contract/codes.ts';
import type { Answer, Operation } from '../contract/define.ts';
import { AppError } from '../errors/error.ts';

export type Result = APIGatewayProxyStructuredResultV2;

/** Bytes a function answers itself: a redirect, a page, a provider's own answer. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;

  constructor(status: number, headers: Record<string, string>, body: Uint8Array | string) {
    this.status = status;
    this.headers = headers;
    this.body = typeof body === 'string' ? Buffer.from(body) : body;
  }
}

/** Lambda answers no more than 6 MB, escaped once more on the way. */
const mostAnswered = 4_500_000;

const common = (requestId: string) => ({
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': requestId,
});

const problemHeaders = (error: AppError) =>
  error.retryAfter === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfter))) };

/** An error as the problem document callers get: what is private stays in its cause. */
export const problem = (error: AppError, requestId: string): Result => ({
  statusCode: error.status,
  headers: { ...common(requestId), 'content-type': 'application/problem+json', ...problemHeaders(error) },
  body: JSON.stringify({
    type: `urn:manageros:problem:${error.code}`,
    title: codes[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId,
    ...(error.errors.length > 0 && { errors: error.errors }),
    ...error.extra,
  }),
});

const raw = ({ status, headers, body }: RawAnswer, requestId: string): Result => ({
  statusCode: status,
  headers: { ...common(requestId), ...headers },
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
});

/** An answer that was given before, for another request. */
export const answerAgain = (
  { statusCode, body }: { statusCode: number; body: string | null },
  requestId: string,
): Result => ({
  statusCode,
  headers: { ...common(requestId), ...(body !== null && { 'content-type': 'application/json' }) },
  ...(body !== null && { body }),
});

const chosen = (operation: Operation, output: unknown): [Answer, unknown] => {
  const names = Object.keys(operation.answers);
  if (names.length === 1) return [operation.answers[names[0] as string] as Answer, output];
  const [name = ''] = Object.keys(output as object);
  return [operation.answers[name] as Answer, (output as Record<string, unknown>)[name]];
};

/** What the function returned, held to the contract: fields it does not name are dropped, a misfit is a fault of ours. */
export const answer = (
  operation: Operation,
  output: unknown,
  requestId: string,
  ifNoneMatch: string | undefined,
): Result => {
  const [{ status, body: schema }, value] = chosen(operation, output);
  if (value instanceof RawAnswer) return raw(value, requestId);
  const headers = common(requestId);
  if (schema === null || schema === 'raw') return { statusCode: status, headers };

  const body = JSON.stringify(z.parse(schema, value));
  if (Buffer.byteLength(body) > mostAnswered)
    throw new AppError('payload_too_large', 'The answer would be too large: ask for less at once.');
  if (!operation.etag)
    return { statusCode: status, headers: { ...headers, 'content-type': 'application/json' }, body };

  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const revalidated = { ...headers, 'cache-control': 'private, no-cache', etag };
  if (ifNoneMatch?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))))
    return { statusCode: 304, headers: revalidated };
  return { statusCode: status, headers: { ...revalidated, 'content-type': 'application/json' }, body };
};
