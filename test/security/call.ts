import { expect } from 'vitest';
import type { Call } from '../../infra/local/standins/standin.ts';
import type { Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { type Caller, type Reply, request } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { control } from '../support/standins.ts';
import { dumpOf } from '../support/table.ts';
import type { Company, Subject } from './company.ts';
import { matrix, type Way } from './matrix.ts';

/** One line of the matrix: an operation in one of the ways it can be called. */
export type Line = { name: string; operation: Operation; way: Way };

export const lines: readonly Line[] = operations.flatMap((operation) =>
  Object.entries(matrix[operation.id]).map(([name, way]) => ({
    name: name === 'plain' ? operation.id : `${operation.id} ${name}`,
    operation,
    way,
  })),
);

/** Whether a call changes nothing of a company, so that many may share one. */
export const onlyReads = ({ operation, way }: Line): boolean =>
  operation.access.by === 'session' && (way.method ?? operation.methods[0]) === 'GET';

export const roleOf = ({ access }: Operation) => (access.by === 'session' ? access.role : null);

const filled = (path: string, params: Record<string, string> = {}): string =>
  path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const value = params[name] ?? '';
    return greedy ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });

/** `raw` in place of a body, its type given or left out; a query also as text. */
export type Sent = {
  params?: Record<string, string> | undefined;
  query?: Record<string, string> | string | undefined;
  body?: unknown;
  raw?: string | Uint8Array<ArrayBuffer>;
  contentType?: string | null;
};

/** Sends what a line says with this token, or with none. */
export const send = (
  { url }: Pick<Cloud, 'url'>,
  { operation, way }: Line,
  { params, query, body, raw, contentType = 'application/json' }: Sent,
  token: string | null,
  headers: Record<string, string> = {},
): Promise<Reply> => {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  // As bytes, because `fetch` gives a text a content type of its own.
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  return request(`${url}/api/v1${filled(operation.path, params)}${search}`, {
    method: way.method ?? operation.methods[0] ?? 'GET',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(payload !== undefined && contentType !== null && { 'content-type': contentType }),
      ...headers,
    },
    ...(bytes !== undefined && { body: bytes }),
  });
};

/** A caller makes the call that is valid for a subject, or for one in whose place another id was put. */
export const attempt = async (
  cloud: Pick<Cloud, 'url'>,
  line: Line,
  company: Company,
  subject: Subject,
  caller: Caller,
  headers: Record<string, string> = {},
): Promise<Reply> => send(cloud, line, line.way.parts(subject, company), await caller.token(), headers);

/** The id that the line names. */
export const idOf = ({ way }: Line, { integrationId, calendar, linkId, attempt: begun }: Subject): string =>
  ({ integration: integrationId, calendar: calendar.integrationId, link: linkId, attempt: begun.id })[
    way.names ?? 'integration'
  ];

/** The subject with another id where the line names one. */
export const withId = ({ way }: Line, subject: Subject, id: string): Subject => {
  if (way.names === 'link') return { ...subject, linkId: id };
  if (way.names === 'attempt') return { ...subject, attempt: { ...subject.attempt, id } };
  if (way.names === 'calendar') return { ...subject, calendar: { ...subject.calendar, integrationId: id } };
  return { ...subject, integrationId: id };
};

/** How many calls the providers got since then, in epoch milliseconds. */
const providerCallsSince = async ({ standins }: Cloud, since: number): Promise<number> => {
  const lists = Object.entries(standins).map(([provider, origin]) =>
    control<{ calls: Call[] }>(provider, 'GET', `calls?since=${since}`, undefined, origin),
  );
  return (await Promise.all(lists)).flatMap(({ calls }) => calls).length;
};

/** What a call left behind: items that are gone or other than before, new ones, and calls of providers. */
export const watched = async <T>(cloud: Cloud, act: () => Promise<T>) => {
  const before = new Set(await dumpOf(cloud));
  const since = Date.now();
  const reply = await act();
  const after = new Set(await dumpOf(cloud));
  return {
    reply,
    removed: [...before.difference(after)],
    added: [...after.difference(before)],
    providerCalls: await providerCallsSince(cloud, since),
  };
};

/** That nothing was left behind, but for the end of an attempt where a refusal ends it. */
export const expectNothing = (
  { name, way }: Line,
  { removed, added, providerCalls }: Omit<Awaited<ReturnType<typeof watched>>, 'reply'>,
): void => {
  const counts = (item: string): boolean => !(way.burns && item.includes('"pk":{"S":"ATTEMPT#'));
  expect({ removed: removed.filter(counts), added: added.filter(counts), providerCalls }, name).toEqual({
    removed: [],
    added: [],
    providerCalls: 0,
  });
};

/** Everything of an answer that a caller can compare, but what names the request and the moment. */
export const comparable = ({ status, headers, text }: Reply) => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'),
  text: text.replaceAll(headers.get('x-request-id') ?? 'none', 'REQUEST'),
});
