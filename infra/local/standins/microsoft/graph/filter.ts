import { badRequest, internal, invalidQuery } from './errors.ts';

/** `$filter` over events: comparisons, `contains` and `startswith`, joined by `and`, `or` and `not`. */

type Json = Record<string, unknown>;
export type Filter = (event: Json) => boolean;

const texts = [
  'subject',
  'sensitivity',
  'showAs',
  'importance',
  'type',
  'iCalUId',
  'seriesMasterId',
  'organizer/emailAddress/address',
];
const flags = ['isAllDay', 'isCancelled', 'isOrganizer', 'hasAttachments', 'isOnlineMeeting'];
const times = ['start/dateTime', 'end/dateTime', 'createdDateTime', 'lastModifiedDateTime'];

type Token = { kind: 'text' | 'word' | 'mark'; text: string };

const scan = (filter: string): Token[] => {
  const tokens: Token[] = [];
  const pattern = /\s*(?:'((?:[^']|'')*)'|([\w/.:+-]+)|([(),]))/gy;
  while (pattern.lastIndex < filter.trimEnd().length) {
    const match = pattern.exec(filter);
    if (!match) throw badRequest(`Syntax error in $filter: '${filter}'.`);
    const [, text, word, mark] = match;
    if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
};

const at = (event: Json, path: string): unknown =>
  path
    .split('/')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined),
      event,
    );

const pathOf = (name: string): string => {
  const known = [...texts, ...flags, ...times].find((path) => path.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw invalidQuery(`Filtering by '${name}' is not supported.`);
  return known;
};

/** Times are compared as instants, whatever the zone and the precision they are written in. */
const comparable = (path: string, value: unknown): string | number | boolean | null => {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value === 'null') return null;
  const text = value.toLowerCase();
  if (flags.includes(path)) return text === 'true';
  if (!times.includes(path)) return text;
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text.slice(0, 23)}Z`);
};

const operators: Record<string, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

const comparison = (name: string, operator: string, literal: string): Filter => {
  const path = pathOf(name);
  const holds = operators[operator.toLowerCase()];
  if (!holds) throw badRequest(`Syntax error: unknown operator '${operator}' in $filter.`);
  const wanted = comparable(path, literal);
  if (typeof wanted === 'number' && Number.isNaN(wanted)) throw badRequest(`Invalid time '${literal}'.`);
  return (event) => {
    const value = comparable(path, at(event, path));
    if (value === null || wanted === null) return holds(value === wanted ? 0 : 1);
    return holds(value === wanted ? 0 : value < wanted ? -1 : 1);
  };
};

const functions: Record<string, (value: string, part: string) => boolean> = {
  contains: (value, part) => value.includes(part),
  startswith: (value, part) => value.startsWith(part),
};

/** Exchange fails on an event that has no subject (microsoft-graph-docs-contrib issues 454 and 2195). */
const call = (name: string, path: string, part: string): Filter => {
  const run = functions[name.toLowerCase()];
  if (!run || pathOf(path) !== 'subject') throw invalidQuery(`${name}(${path}) is not supported.`);
  return (event) => {
    const { subject } = event;
    if (typeof subject !== 'string') throw internal();
    return run(subject.toLowerCase(), part.toLowerCase());
  };
};

export const readFilter = (filter: string): Filter => {
  const tokens = scan(filter);
  let next = 0;
  const take = (text?: string): Token => {
    const token = tokens[next];
    if (!token || (text !== undefined && token.text.toLowerCase() !== text)) {
      throw badRequest(`Syntax error at position ${next} in $filter '${filter}'.`);
    }
    next += 1;
    return token;
  };
  const isNext = (text: string): boolean => {
    const token = tokens[next];
    return token?.kind !== 'text' && token?.text.toLowerCase() === text;
  };
  const primary = (): Filter => {
    if (isNext('not')) {
      take();
      const inner = primary();
      return (event) => !inner(event);
    }
    if (isNext('(')) {
      take();
      const inner = either();
      take(')');
      return inner;
    }
    const name = take().text;
    if (!isNext('(')) return comparison(name, take().text, take().text);
    take('(');
    const path = take().text;
    take(',');
    const part = take().text;
    take(')');
    return call(name, path, part);
  };
  const both = (): Filter => {
    const left = primary();
    if (!isNext('and')) return left;
    take();
    const right = both();
    return (event) => left(event) && right(event);
  };
  const either = (): Filter => {
    const left = both();
    if (!isNext('or')) return left;
    take();
    const right = either();
    return (event) => left(event) || right(event);
  };
  const read = either();
  if (next < tokens.length) throw badRequest(`Syntax error at position ${next} in $filter '${filter}'.`);
  return read;
};
