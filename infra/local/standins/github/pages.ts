import type { StandinRequest } from '../standin.ts';
import type { Reply } from './gateway.ts';

/** "Using pagination in the REST API": `page` and `per_page`, and the ways to other pages in `Link`. */

const api = 'https://api.github.com';

/** No value is refused: what is no positive number is the default, what is too large is the most. */
const positive = (text: string | null, fallback: number): number =>
  text !== null && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : fallback;

export const pageOf = (query: URLSearchParams): { number: number; size: number } => ({
  number: positive(query.get('page'), 1),
  size: Math.min(100, positive(query.get('per_page'), 30)),
});

const link = (path: string, query: URLSearchParams, changes: Record<string, string>, rel: string): string => {
  const target = new URLSearchParams(query);
  for (const name of ['page', 'after', 'before']) target.delete(name);
  for (const [name, value] of Object.entries(changes)) target.set(name, value);
  return `<${api}${path}?${target.toString()}>; rel="${rel}"`;
};

const withLinks = (links: string[], body: unknown): Reply => ({
  headers: links.length > 0 ? { link: links.join(', ') } : {},
  body,
});

/**
 * The links of one page. A page past the end still leads back, and the last page has no `last`; one page
 * alone has no header. `deepest` is where a search stops whatever its total.
 */
export const pageLinks = (
  { query }: StandinRequest,
  path: string,
  total: number,
  deepest = Number.POSITIVE_INFINITY,
): string[] => {
  const { number, size } = pageOf(query);
  const last = Math.min(Math.ceil(total / size), deepest);
  if (last <= 1) return [];
  const to = (page: number, rel: string): string => link(path, query, { page: String(page) }, rel);
  return [
    ...(number > 1 ? [to(Math.min(number - 1, last), 'prev')] : []),
    ...(number < last ? [to(number + 1, 'next')] : []),
    ...(number === last ? [] : [to(last, 'last')]),
    ...(number > 1 ? [to(1, 'first')] : []),
  ];
};

export const pageItems = <T>(query: URLSearchParams, all: T[]): T[] => {
  const { number, size } = pageOf(query);
  return all.slice((number - 1) * size, number * size);
};

/** `path` is the page's own, by id where it has one: GitHub's links do not use names. */
export const paged = <T>(
  request: StandinRequest,
  path: string,
  all: T[],
  shape: (one: T) => unknown,
): Reply => withLinks(pageLinks(request, path, all.length), pageItems(request.query, all).map(shape));

const cursorOf = (offset: number): string => Buffer.from(`cursor:${offset}`).toString('base64url');
const offsetOf = (cursor: string): number =>
  positive(Buffer.from(cursor, 'base64url').toString().replace('cursor:', ''), 0);

/**
 * A repository's issues page by cursor: the links carry one and know only `next` and `prev`, never how many
 * pages there are. `page` alone still works.
 */
export const cursored = <T>(
  { query }: StandinRequest,
  path: string,
  all: T[],
  shape: (one: T) => unknown,
): Reply => {
  const { number, size } = pageOf(query);
  const [after, before] = [query.get('after'), query.get('before')];
  const start =
    after !== null
      ? offsetOf(after)
      : before !== null
        ? Math.max(0, offsetOf(before) - size)
        : (number - 1) * size;
  const page = (after !== null || before !== null) && number < 2 ? null : number;
  const to = (step: number, cursor: Record<string, string>, rel: string): string =>
    link(path, query, { ...cursor, per_page: String(size), ...(page && { page: String(page + step) }) }, rel);
  const links = [
    ...(start + size < all.length ? [to(1, { after: cursorOf(start + size) }, 'next')] : []),
    ...(start > 0 && start < all.length ? [to(-1, { before: cursorOf(start) }, 'prev')] : []),
  ];
  return withLinks(links, all.slice(start, start + size).map(shape));
};
