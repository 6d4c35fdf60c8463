import { JqlError } from './error.ts';

/**
 * The text search of `~`: every word must occur, in any order; a phrase in quotation marks in its order;
 * `*` and `?` inside or at the end of a word stand for any characters. Other punctuation only separates
 * words, as it is not in the index. Word stems are not reduced, unlike on the real site.
 */

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const isMatch = (word: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u').test(word);

const sequenceIn = (words: string[], phrase: string[]): boolean =>
  words.some((_, start) => phrase.every((part, offset) => isMatch(words[start + offset] ?? '', part)));

/** Each term is the words that must follow each other. */
const termsOf = (query: string): string[][] =>
  [...query.toLowerCase().matchAll(/"([^"]*)"|([\p{L}\p{N}*?]+)/gu)]
    .map(([, phrase, word]) => (phrase === undefined ? [word ?? ''] : wordsOf(phrase)))
    .filter((term) => term.length > 0);

/** A function that tells whether a text matches; throws what Jira says of a query it cannot take. */
export const textMatcher = (query: string, field: string): ((text: string) => boolean) => {
  if (query.trim() === '') {
    throw new JqlError(`The field '${field}' does not support searching for an empty string.`);
  }
  const plain = query.replaceAll(/\\(.)/g, ' ');
  const [leading] = /(?<=^|[\s"(+-])[*?]/.exec(plain) ?? [];
  if (leading !== undefined) {
    throw new JqlError(
      `The text query '${query}' for field '${field}' is not allowed to start with character '${leading}'.`,
    );
  }
  const terms = termsOf(plain);
  return (text) => {
    const words = wordsOf(text);
    return terms.length > 0 && terms.every((term) => sequenceIn(words, term));
  };
};
