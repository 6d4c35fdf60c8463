import type { Recurrence } from './state.ts';

/** The recurrence patterns of Graph as rules of RFC 5545. */

const days: Record<string, string> = {
  monday: 'MO',
  tuesday: 'TU',
  wednesday: 'WE',
  thursday: 'TH',
  friday: 'FR',
  saturday: 'SA',
  sunday: 'SU',
};
const indexes: Record<string, number> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 };

const byDay = (names: string[] | undefined, prefix = ''): string => {
  const list = (names ?? []).map((name) => {
    const found = days[name.toLowerCase()];
    if (!found) throw new RangeError(`Unknown day ${name}`);
    return `${prefix}${found}`;
  });
  if (list.length === 0) throw new RangeError('daysOfWeek is missing');
  return `BYDAY=${list.join(',')}`;
};

/** One of several days of the week, counted within the month: the first, the last. */
const relative = ({ daysOfWeek, index = 'first' }: Recurrence['pattern']): string => {
  const place = indexes[index];
  if (place === undefined) throw new RangeError(`Unknown index ${index}`);
  if ((daysOfWeek ?? []).length === 1) return byDay(daysOfWeek, String(place));
  return `${byDay(daysOfWeek)};BYSETPOS=${place}`;
};

const patterns: Record<string, (pattern: Recurrence['pattern']) => string> = {
  daily: () => 'FREQ=DAILY',
  weekly: ({ daysOfWeek, firstDayOfWeek = 'sunday' }) =>
    `FREQ=WEEKLY;${byDay(daysOfWeek)};WKST=${days[firstDayOfWeek.toLowerCase()] ?? 'SU'}`,
  absolutemonthly: ({ dayOfMonth = 1 }) => `FREQ=MONTHLY;BYMONTHDAY=${dayOfMonth}`,
  relativemonthly: (pattern) => `FREQ=MONTHLY;${relative(pattern)}`,
  absoluteyearly: ({ dayOfMonth = 1, month = 1 }) => `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${dayOfMonth}`,
  relativeyearly: (pattern) => `FREQ=YEARLY;BYMONTH=${pattern.month ?? 1};${relative(pattern)}`,
};

const ranges: Record<string, (range: Recurrence['range']) => string> = {
  noend: () => '',
  enddate: ({ endDate }) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(endDate ?? '')) throw new RangeError('endDate is missing');
    return `;UNTIL=${endDate?.replaceAll('-', '')}`;
  },
  numbered: ({ numberOfOccurrences = 0 }) => {
    if (numberOfOccurrences < 1) throw new RangeError('numberOfOccurrences is missing');
    return `;COUNT=${numberOfOccurrences}`;
  },
};

/** Throws a `RangeError` for a pattern that is none. */
export const ruleOf = ({ pattern, range }: Recurrence): string => {
  const rule = patterns[pattern.type.toLowerCase()]?.(pattern);
  const end = ranges[range.type.toLowerCase()]?.(range);
  if (rule === undefined || end === undefined) throw new RangeError('Unknown type of recurrence');
  if (!Number.isInteger(pattern.interval) || pattern.interval < 1) throw new RangeError('No interval');
  return `RRULE:${rule};INTERVAL=${pattern.interval}${end}`;
};
