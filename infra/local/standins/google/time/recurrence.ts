import ICAL from 'ical.js';
import { dateOf, day, instantOf, type Moment, type Wall, wallAt, wallOfDate } from './zone.ts';

/** Recurring events by RFC 5545: the starts that RRULE, RDATE and EXDATE lines give. */

/** A series is followed no further than so many starts, whatever the window. */
const most = 5000;

const zoneOf = (moment: Moment): string => ('date' in moment ? 'UTC' : moment.zone);

const wallOf = (moment: Moment): Wall =>
  'date' in moment ? wallOfDate(moment.date) : wallAt(moment.at, moment.zone);

const momentAt = (like: Moment, wall: Wall): Moment =>
  'date' in like ? { date: dateOf(wall) } : { at: instantOf(wall, like.zone), zone: like.zone };

/** `20261124`, `20261124T090000` and `20261124T090000Z`, as the wall clock of a zone. */
const wallOfText = (text: string, zone: string, textZone = zone): Wall => {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text);
  if (!match) throw new RangeError(`Not a date of a recurrence: ${text}`);
  const [year, month, date, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour || 0, minute || 0, second || 0);
  if (match[7] === 'Z') return wallAt(wall, zone);
  return textZone === zone || match[4] === undefined ? wall : wallAt(instantOf(wall, textZone), zone);
};

const timeOf = (wall: Wall, isDate: boolean): ICAL.Time => {
  const at = new Date(wall);
  return ICAL.Time.fromData({
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    isDate,
  });
};

const wallOfTime = ({ year, month, day: date, hour, minute, second }: ICAL.Time): Wall =>
  Date.UTC(year, month - 1, date, hour, minute, second);

/** The rule without its end, which is compared here: the library knows no zones. */
const parseRule = (text: string, zone: string): { rule: ICAL.Recur; until: Wall } => {
  const end = /(?:^|;)UNTIL=([^;]+)/i.exec(text)?.[1];
  const rule = ICAL.Recur.fromString(text.replace(/(^|;)UNTIL=[^;]+/i, '').replace(/^;/, ''));
  if (end === undefined) return { rule, until: Number.POSITIVE_INFINITY };
  return { rule, until: wallOfText(end, zone) + (end.includes('T') ? 0 : day - 1) };
};

function* ruleStarts(start: Moment, text: string, before: Wall): Generator<Wall> {
  const { rule, until } = parseRule(text, zoneOf(start));
  const iterator = rule.iterator(timeOf(wallOf(start), 'date' in start));
  const last = Math.min(until, before);
  for (let index = 0; index < most; index += 1) {
    const next = iterator.next() as ICAL.Time | null;
    if (next === null) return;
    const wall = wallOfTime(next);
    if (wall > last) return;
    yield wall;
  }
}

const listed = (lines: string[], name: string, zone: string): Wall[] =>
  lines
    .map((line) => new RegExp(`^${name}((?:;[^:]*)?):(.*)$`, 'i').exec(line))
    .filter((match) => match !== null)
    .flatMap(([, parameters = '', values = '']) => {
      const named = /TZID=([^;:]+)/i.exec(parameters)?.[1] ?? zone;
      return values.split(',').map((value) => wallOfText(value.trim(), zone, named));
    });

/** Every start of a series within a window of instants, both ends included, in order. */
export const starts = (start: Moment, lines: string[], from: number, before: number): Moment[] => {
  const zone = zoneOf(start);
  const end = wallAt(before, zone);
  const begin = Number.isFinite(from) ? wallAt(from, zone) : from;
  const rules = lines.map((line) => /^RRULE:(.*)$/i.exec(line)?.[1]).filter((text) => text !== undefined);
  const excluded = new Set(listed(lines, 'EXDATE', zone));
  const walls = new Set([
    ...rules.flatMap((text) => [...ruleStarts(start, text, end)]),
    ...listed(lines, 'RDATE', zone).filter((wall) => wall <= end),
    ...(rules.length === 0 ? [wallOf(start)] : []),
  ]);
  return [...walls]
    .filter((wall) => wall >= begin && !excluded.has(wall))
    .sort((one, other) => one - other)
    .map((wall) => momentAt(start, wall));
};

/** Throws a `RangeError` for lines that are no recurrence. */
export const checkRecurrence = (start: Moment, lines: string[]): void => {
  for (const line of lines) {
    if (!/^(RRULE|RDATE|EXDATE|EXRULE)[:;]/i.test(line)) throw new RangeError(`Not a recurrence: ${line}`);
  }
  try {
    starts(start, lines, Number.NEGATIVE_INFINITY, wallOf(start) + day);
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error));
  }
};
