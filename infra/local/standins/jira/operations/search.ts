import { hashOf, type StandinAnswer, standinNow } from '../../standin.ts';
import { ok, refusal } from '../answers.ts';
import { JqlError } from '../jql/error.ts';
import { find } from '../jql/run.ts';
import type { Call, Endpoint } from '../mount.ts';
import type { Issue } from '../state.ts';
import { invalidPayload, readBody } from './body.ts';
import { foundIssueView, isLight } from './fields.ts';
import { readList, readNumber } from './paging.ts';

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ */

const defaultSize = 50;
const mostResults = 5000;
const tokenLife = 7 * 24 * 3600 * 1000;

type Search = { jql: string; fields: string[]; maxResults: number; pageToken: string | null };

const unbounded = (): StandinAnswer =>
  refusal(400, 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.');

/** The issues found, or the refusal of the query. */
const query = ({ site, user }: Call, jql: string): Issue[] | StandinAnswer => {
  try {
    return find(jql, { site, user, now: standinNow() }) ?? unbounded();
  } catch (error) {
    if (error instanceof JqlError) return refusal(400, ...error.messages);
    throw error;
  }
};

/** A page token says where the page starts, of which search of whom, and until when it holds. */
const signature = ({ site, user }: Call, jql: string): string =>
  hashOf(JSON.stringify([site.host, user?.accountId ?? null, jql])).slice(0, 16);

const pageToken = (call: Call, jql: string, start: number): string =>
  Buffer.from(JSON.stringify([start, standinNow() + tokenLife, signature(call, jql)])).toString('base64url');

const startOf = (call: Call, { jql, pageToken: token }: Search): number | null => {
  if (token === null || token === '') return 0;
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [start, expiresAt, signed] = Array.isArray(read) ? (read as unknown[]) : [];
    const isValid = signed === signature(call, jql) && Number(expiresAt) > standinNow();
    return isValid ? Number(start) : null;
  } catch {
    return null;
  }
};

const answerSearch = (call: Call, search: Search): StandinAnswer => {
  const { jql, fields, maxResults } = search;
  const start = startOf(call, search);
  if (start === null) return refusal(400, 'The nextPageToken is invalid or has expired.');
  if (maxResults < 1 || maxResults > mostResults) {
    return refusal(400, `The value of maxResults must be between 1 and ${mostResults}.`);
  }
  const found = query(call, jql);
  if (!Array.isArray(found)) return found;

  const size = Math.min(maxResults, isLight(fields) ? mostResults : call.site.pageCap);
  const isLast = start + size >= found.length;
  return ok({
    issues: found.slice(start, start + size).map((issue) => foundIssueView(call, issue, fields)),
    ...(!isLast && { nextPageToken: pageToken(call, jql, start + size) }),
    isLast,
  });
};

/** Only the query string counts in a GET, and only the body in a POST. */
const searchByGet = (call: Call): StandinAnswer => {
  const { query: parameters } = call.request;
  const size = readNumber(call.request, 'maxResults', {
    fallback: defaultSize,
    least: Number.MIN_SAFE_INTEGER,
    most: Number.MAX_SAFE_INTEGER,
  });
  if ('refused' in size) return size.refused;
  return answerSearch(call, {
    jql: parameters.get('jql') ?? '',
    fields: readList(parameters.getAll('fields')),
    maxResults: size.value,
    pageToken: parameters.get('nextPageToken'),
  });
};

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= 50 && value.every((item) => Number.isInteger(item));
const isText = (value: unknown): value is string => typeof value === 'string';

/** The properties of a search's body; any other is refused. */
const bodyProperties: Record<string, (value: unknown) => boolean> = {
  jql: isText,
  fields: isTexts,
  maxResults: (value) => Number.isInteger(value),
  nextPageToken: (value) => value === null || isText(value),
  expand: isText,
  fieldsByKeys: (value) => typeof value === 'boolean',
  properties: isTexts,
  reconcileIssues: isNumbers,
};

const searchByPost = (call: Call): StandinAnswer => {
  const read = readBody(call.request);
  if ('refused' in read) return read.refused;
  const { body } = read;
  const isProperty = ([name, value]: [string, unknown]): boolean =>
    Object.hasOwn(bodyProperties, name) && bodyProperties[name]?.(value) === true;
  if (!Object.entries(body).every(isProperty)) return invalidPayload;
  return answerSearch(call, {
    jql: isText(body['jql']) ? body['jql'] : '',
    fields: isTexts(body['fields']) ? readList(body['fields']) : [],
    maxResults: Number(body['maxResults'] ?? defaultSize),
    pageToken: isText(body['nextPageToken']) ? body['nextPageToken'] : null,
  });
};

const count = (call: Call): StandinAnswer => {
  const read = readBody(call.request);
  if ('refused' in read) return read.refused;
  const { jql = '' } = read.body;
  if (!isText(jql)) return invalidPayload;
  const found = query(call, jql);
  return Array.isArray(found) ? ok({ count: found.length }) : found;
};

const bold = (text: string, word: string): string => {
  const at = text.toLowerCase().indexOf(word.toLowerCase());
  return word === '' || at < 0
    ? text
    : `${text.slice(0, at)}<b>${text.slice(at, at + word.length)}</b>${text.slice(at + word.length)}`;
};

/** The history is always searched; the site only where `currentJQL` is sent, be it empty. */
const pick = (call: Call): StandinAnswer => {
  const { query: parameters } = call.request;
  const text = (parameters.get('query') ?? '').trim();
  const section = (id: string, label: string, issues: Issue[]) => {
    const found = issues
      .filter(
        (issue) => issue.key.includes(text.toUpperCase()) || bold(issue.summary, text) !== issue.summary,
      )
      .filter(({ key }) => key !== parameters.get('currentIssueKey'))
      .filter(({ projectId }) => (parameters.get('currentProjectId') ?? projectId) === projectId);
    const shown = found.slice(0, 20);
    return {
      label,
      id,
      ...(shown.length > 0
        ? { sub: `Showing ${shown.length} of ${found.length} matching issues` }
        : { msg: 'No matching issues found' }),
      issues: shown.map((issue) => ({
        id: issue.id,
        key: issue.key,
        keyHtml: bold(issue.key, text),
        img: '/rest/api/2/universal_avatar/view/type/issuetype/avatar/10315?size=medium',
        summary: bold(issue.summary, text),
        summaryText: issue.summary,
      })),
    };
  };

  const own = call.user?.accountId ?? '';
  const newestFirst = call.site.issues.toSorted((left, right) => right.updated - left.updated);
  const history = newestFirst.filter(({ touchedBy }) => touchedBy.includes(own));
  const sections = [section('hs', 'History Search', history)];
  const currentJql = parameters.get('currentJQL');
  if (currentJql === null) return ok({ sections });
  const current = currentJql.trim() === '' ? newestFirst : query(call, currentJql);
  if (!Array.isArray(current)) return current;
  return ok({ sections: [...sections, section('cs', 'Current Search', current)] });
};

/** https://developer.atlassian.com/changelog/#CHANGE-2046 */
const removed = (): StandinAnswer =>
  refusal(
    410,
    'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full ' +
      'migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046',
  );

const path = '/rest/api/3/search';

export const searchOperations: Endpoint[] = [
  { method: 'GET', path: `${path}/jql`, anonymous: true, scope: 'read:jira-work', handle: searchByGet },
  { method: 'POST', path: `${path}/jql`, anonymous: true, scope: 'read:jira-work', handle: searchByPost },
  {
    method: 'POST',
    path: `${path}/approximate-count`,
    anonymous: true,
    scope: 'read:jira-work',
    handle: count,
  },
  { method: 'GET', path: '/rest/api/3/issue/picker', anonymous: true, scope: 'read:jira-work', handle: pick },
  { method: 'GET', path, anonymous: true, scope: 'read:jira-work', handle: removed },
  { method: 'POST', path, anonymous: true, scope: 'read:jira-work', handle: removed },
];
