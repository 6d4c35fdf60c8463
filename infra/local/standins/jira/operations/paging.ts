import type { StandinAnswer, StandinRequest } from '../../standin.ts';
import { problem } from '../answers.ts';

/** A whole number of the query string, within bounds; Jira clamps what is outside, and refuses words. */
export const readNumber = (
  { query, path }: StandinRequest,
  name: string,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): { value: number } | { refused: StandinAnswer } => {
  const given = query.get(name);
  if (given === null || given === '') return { value: fallback };
  if (!/^-?\d+$/.test(given.trim())) {
    return {
      refused: problem(400, 'Bad Request', `Failed to convert '${name}' with value: '${given}'`, path),
    };
  }
  return { value: Math.min(most, Math.max(least, Number(given))) };
};

/** `startAt` and `maxResults`, as the older collections page. */
export const readPage = (
  request: StandinRequest,
  { fallback, most }: { fallback: number; most: number },
): { startAt: number; maxResults: number } | { refused: StandinAnswer } => {
  const start = readNumber(request, 'startAt', { fallback: 0, least: 0, most: Number.MAX_SAFE_INTEGER });
  const size = readNumber(request, 'maxResults', { fallback, least: 1, most });
  if ('refused' in start) return start;
  if ('refused' in size) return size;
  return { startAt: start.value, maxResults: size.value };
};

/** A list parameter: repeated, comma separated, or both. */
export const readList = (given: readonly string[]): string[] =>
  given
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
