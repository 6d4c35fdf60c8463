import { expect } from 'vitest';
import { codes, type ErrorCode } from '../../lib/contract/codes.ts';
import { openApi } from '../../lib/contract/openapi.ts';
import type { Reply } from './api.ts';

/** Problem documents, held to the contract's letter and to what OpenAPI says of the operation. */

type Documented = {
  responses: Record<string, { content?: Record<string, { schema: { allOf?: [unknown, Listed] } }> }>;
};
type Listed = { properties: { code: { enum: string[] } } };

const document = openApi() as { paths: Record<string, Record<string, Documented & { operationId: string }>> };
const documented = Object.values(document.paths).flatMap((methods) => Object.values(methods));

/** The codes OpenAPI lists for an operation under a status; one with several methods is several there. */
const listed = (id: string, status: number): string[] => {
  const operation = documented.find(
    ({ operationId }) => operationId === id || operationId.startsWith(`${id}.`),
  );
  const problems = operation?.responses[String(status)]?.content?.['application/problem+json'];
  return problems?.schema.allOf?.[1].properties.code.enum ?? [];
};

const members = ['type', 'title', 'status', 'code', 'detail', 'requestId'];

/** Holds a refusal of ours to the contract; `path` is the field that it must name. */
export const expectProblem = (
  reply: Reply,
  operationId: string,
  wanted: { code?: ErrorCode; path?: string } = {},
  what = 'this call',
): void => {
  const { status, headers, body, text } = reply;
  expect(headers.get('content-type'), `${what}: ${status} ${text.slice(0, 300)}`).toBe(
    'application/problem+json',
  );
  expect(Object.keys(body).filter((name) => name !== 'errors')).toEqual(members);
  if (wanted.code) expect(body.code, what).toBe(wanted.code);
  expect(listed(operationId, status), what).toContain(body.code);

  const { title, status: usual } = codes[body.code as ErrorCode];
  expect(body).toMatchObject({ type: `urn:manageros:problem:${body.code}`, title, status: usual });
  expect(status).toBe(usual);
  expect(body.detail).toMatch(/\S/);
  expect(headers.get('x-request-id')).toBe(body.requestId);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(text).not.toMatch(/\bat .*:\d+|node_modules|node:internal|\.ts\b/);

  for (const error of body.errors ?? [])
    expect(error).toEqual({ path: expect.stringMatching(/./s), message: expect.stringMatching(/./) });
  if (wanted.path !== undefined)
    expect(
      body.errors.map((error: { path: string }) => error.path),
      what,
    ).toContain(wanted.path);
};
