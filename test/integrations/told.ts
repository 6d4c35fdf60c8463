import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Call } from '../../infra/local/standins/standin.ts';
import type { Reply } from '../support/api.ts';
import { control } from '../support/standins.ts';

/** What an answer must look like, and what a stand-in saw. */

export const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** A problem document with this code that names these fields and no others. */
export const expectProblem = (reply: Reply, status: number, code: string, ...paths: string[]): void => {
  expect(
    { status: reply.status, code: reply.body?.code, paths: (reply.body?.errors ?? []).map(pathOf) },
    reply.text.slice(0, 500),
  ).toEqual({ status, code, paths });
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/./),
    requestId: expect.stringMatching(/./),
  });
};

const pathOf = ({ path }: { path: string }): string => path;

export const basic = (username: string, token: string): string =>
  `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`;

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const begun = Date.now();

/** The calls a stand-in got from this file, on whatever host, with one of these authorization headers. */
export const callsWith = async (provider: string, ...authorizations: string[]): Promise<Call[]> => {
  const hashes = authorizations.map(hashOf);
  const { calls } = await control<{ calls: Call[] }>(provider, 'GET', `calls?since=${begun}`);
  return calls.filter(({ authorization }) => authorization !== null && hashes.includes(authorization));
};
