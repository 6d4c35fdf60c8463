import { randomUUID } from 'node:crypto';
import type { StandinAnswer } from '../standin.ts';

/** The shapes in which Jira Cloud answers, errors above all. */

const json = 'application/json;charset=UTF-8';

/** What the edge in front of every site adds. */
export const edgeHeaders = (): Record<string, string> => ({
  'content-type': json,
  server: 'AtlassianEdge',
  'x-arequestid': randomUUID().replaceAll('-', ''),
  'atl-traceid': randomUUID().replaceAll('-', ''),
  'cache-control': 'no-cache, no-store, no-transform',
  'x-content-type-options': 'nosniff',
});

export const ok = (body: unknown): StandinAnswer => ({ status: 200, body });

export const refusal = (status: number, ...errorMessages: string[]): StandinAnswer => ({
  status,
  body: { errorMessages, errors: {} },
});

export const fieldErrors = (errors: Record<string, string>): StandinAnswer => ({
  status: 400,
  body: { errorMessages: [], errors },
});

/** Spring's own refusals (a parameter of the wrong type, a missing content type) come as RFC 7807. */
export const problem = (status: number, title: string, detail: string, instance: string): StandinAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json;charset=UTF-8' },
  body: { type: 'about:blank', title, status, detail, instance },
});

/**
 * The sentence is all there is, whatever type is announced: not even `Accept: application/json` makes
 * JSON of it. The login reason is there only if the header named somebody.
 */
export const unauthenticated = (host: string, accept: string | undefined, named: boolean): StandinAnswer => ({
  status: 401,
  headers: {
    'content-type': accept?.includes('application/json') ? json : 'text/html;charset=UTF-8',
    'www-authenticate': `OAuth realm="${encodeURIComponent(`https://${host}`)}"`,
    'x-frame-options': 'SAMEORIGIN',
    ...(named && { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }),
  },
  body: 'Client must be authenticated to access this resource.',
});

/** Any bearer that the site itself did not issue. */
export const unreadableBearer: StandinAnswer = {
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: { error: 'Failed to parse Connect Session Auth Token' },
};

export const unknownSite: StandinAnswer = {
  status: 404,
  body: { errorCode: 'OTHER', errorMessage: 'Site temporarily unavailable' },
};

export const noSuchIssue = (): StandinAnswer =>
  refusal(404, 'Issue does not exist or you do not have permission to see it.');
