import { JqlError } from './error.ts';
import { reservedCharacters } from './reserved.ts';

export type Token = { kind: 'word' | 'string' | 'symbol' | 'end'; text: string; at: number };

const symbols = ['!=', '!~', '<=', '>=', '&&', '||', '=', '<', '>', '~', '!', '(', ')', ',', '&', '|'];
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** As Jira writes a place: `(line 1, character 9)`. */
export const placeOf = (jql: string, at: number): string => {
  const before = jql.slice(0, at).split('\n');
  return `(line ${before.length}, character ${(before.at(-1) ?? '').length + 1})`;
};

/** Reads one escape after a backslash: what it stands for, and where it ends. */
const unescaped = (jql: string, at: number): [string, number] => {
  const [, code] = /^u([0-9a-fA-F]{4})/.exec(jql.slice(at, at + 5)) ?? [];
  if (code !== undefined) return [String.fromCharCode(Number.parseInt(code, 16)), at + 5];
  const character = jql.charAt(at);
  return [escapes[character] ?? character, at + 1];
};

const quoted = (jql: string, at: number): [Token, number] => {
  const quote = jql.charAt(at);
  let text = '';
  let next = at + 1;
  while (next < jql.length && jql.charAt(next) !== quote) {
    const [character, after] =
      jql.charAt(next) === '\\' ? unescaped(jql, next + 1) : [jql.charAt(next), next + 1];
    text += character;
    next = after;
  }
  if (next < jql.length) return [{ kind: 'string', text, at }, next + 1];
  throw new JqlError(
    `Error in the JQL Query: The quoted string '${text}' has not been completed. ${placeOf(jql, at)}`,
  );
};

const bare = (jql: string, at: number): [Token, number] => {
  let text = '';
  let next = at;
  while (next < jql.length && !/[\s"'=!<>()~,&|]/.test(jql.charAt(next))) {
    const character = jql.charAt(next);
    if (reservedCharacters.has(character)) {
      const code = character.charCodeAt(0).toString(16).padStart(4, '0');
      throw new JqlError(
        `Error in the JQL Query: The character '${character}' is a reserved JQL character. You must ` +
          `enclose it in a string or use the escape '\\u${code}' instead. ${placeOf(jql, next)}`,
      );
    }
    const [read, after] = character === '\\' ? unescaped(jql, next + 1) : [character, next + 1];
    text += read;
    next = after;
  }
  return [{ kind: 'word', text, at }, next];
};

/** The words, strings and symbols of a query; the last is always the end. */
export const scan = (jql: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < jql.length) {
    if (/\s/.test(jql.charAt(at))) {
      at += 1;
      continue;
    }
    const symbol = symbols.find((candidate) => jql.startsWith(candidate, at));
    if (symbol) {
      tokens.push({ kind: 'symbol', text: symbol, at });
      at += symbol.length;
      continue;
    }
    const [token, next] = /["']/.test(jql.charAt(at)) ? quoted(jql, at) : bare(jql, at);
    tokens.push(token);
    at = next;
  }
  return [...tokens, { kind: 'end', text: '', at: jql.length }];
};
