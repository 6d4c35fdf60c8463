import { invalidSearch } from '../errors.ts';

/** Comparisons and ranges of "Understanding the search syntax", for dates and numbers alike. */

/** Half open: a whole day reaches to the first moment of the next. */
type Span = readonly [from: number, until: number];
type Read = (text: string) => Span | null;

const day = 86_400_000;

const dateSpan: Read = (text) => {
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (plain) {
    const start = Date.parse(`${text}T00:00:00Z`);
    const real = !Number.isNaN(start) && new Date(start).toISOString().startsWith(text);
    return real ? [start, start + day] : null;
  }
  const [, moment, zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/i.exec(text) ?? [];
  if (moment === undefined) return null;
  const start = Date.parse(moment + zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(start) ? null : [start, start + 1000];
};

const numberSpan: Read = (text) => (/^\d+$/.test(text) ? [Number(text), Number(text) + 1] : null);

const rangeOf = (value: string, read: Read): Span | null => {
  const [, comparison, operand = ''] = /^(>=|<=|>|<)(.+)$/.exec(value) ?? [];
  if (comparison) {
    const span = read(operand);
    if (!span) return null;
    if (comparison === '>=') return [span[0], Number.POSITIVE_INFINITY];
    if (comparison === '>') return [span[1], Number.POSITIVE_INFINITY];
    return [Number.NEGATIVE_INFINITY, comparison === '<' ? span[0] : span[1]];
  }
  const [low = '', high] = value.split('..');
  if (high === undefined) return read(value);
  const from = low === '*' ? Number.NEGATIVE_INFINITY : read(low)?.[0];
  const until = high === '*' ? Number.POSITIVE_INFINITY : read(high)?.[1];
  return from === undefined || until === undefined ? null : [from, until];
};

export const dateTest = (value: string): ((time: string | null) => boolean) => {
  const range = rangeOf(value, dateSpan);
  if (!range) {
    throw invalidSearch(
      `"${value}" is not a recognized date/time format. Please provide an ISO 8601 date/time value, ` +
        'such as YYYY-MM-DD.',
    );
  }
  return (time) => time !== null && Date.parse(time) >= range[0] && Date.parse(time) < range[1];
};

export const numberTest = (value: string): ((number: number) => boolean) => {
  const range = rangeOf(value, numberSpan);
  if (!range) throw invalidSearch(`"${value}" is not a number.`);
  return (number) => number >= range[0] && number < range[1];
};
