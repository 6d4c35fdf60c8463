import { hashOf } from '../../standin.ts';
import type { Calendar } from '../state.ts';
import { fullSyncRequired, invalid } from './errors.ts';

/** Page and sync tokens: opaque to the caller, and here everything that the next request needs to know. */

/** Where a list that comes in pages stands: it shows what was there when its first page was asked for. */
export type Page = { offset: number; changes: number; now: number; since: number | null };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const decode = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
};

const isNumbers = (value: unknown, names: string[]): value is Record<string, number> =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'number');

const listHash = (path: string, query: URLSearchParams): string => {
  const others = [...query].filter(([name]) => !['pageToken', 'maxResults', 'fields'].includes(name));
  return hashOf(JSON.stringify([path, others.map(([name, value]) => `${name}=${value}`).sort()])).slice(
    0,
    12,
  );
};

export const pageToken = (page: Page, path: string, query: URLSearchParams): string =>
  encode({ ...page, list: listHash(path, query) });

/** A page token belongs to one list: with other parameters it is refused. */
export const readPageToken = (text: string, path: string, query: URLSearchParams): Page => {
  const value = decode(text);
  if (!isNumbers(value, ['offset', 'changes', 'now']))
    throw invalid('Invalid page token value.', 'pageToken');
  const { list, ...page } = value as unknown as Page & { list: string };
  if (list !== listHash(path, query)) throw invalid('Invalid page token value.', 'pageToken');
  return page;
};

export const syncToken = ({ id, syncGeneration }: Calendar, changes: number): string =>
  encode({ calendar: hashOf(id).slice(0, 12), generation: syncGeneration, changes });

/** The number of the last change its holder knows. */
export const readSyncToken = (text: string, { id, syncGeneration }: Calendar): number => {
  const value = decode(text);
  if (!isNumbers(value, ['generation', 'changes'])) throw fullSyncRequired();
  const { calendar, generation, changes } = value as unknown as {
    calendar: string;
    generation: number;
    changes: number;
  };
  if (calendar !== hashOf(id).slice(0, 12) || generation !== syncGeneration) throw fullSyncRequired();
  return changes;
};
