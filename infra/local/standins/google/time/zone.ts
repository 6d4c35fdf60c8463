/** Instants, wall clocks and dates, for all that a calendar says in a time zone. */

/** Wall-clock time, carried in the UTC fields of a date. */
export type Wall = number;

/** When something is: a whole day, or an instant with the zone in which it was said. */
export type Moment = { date: string } | { at: number; zone: string };

export const day = 24 * 3600 * 1000;

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterFor = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
};

export const isZone = (zone: string): boolean => {
  try {
    formatterFor(zone);
    return true;
  } catch {
    return false;
  }
};

export const wallAt = (instant: number, zone: string): Wall => {
  if (zone === 'UTC') return instant;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterFor(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
};

/** The second look is for the days on which the clocks change. */
export const instantOf = (wall: Wall, zone: string): number => {
  const guess = wall - (wallAt(wall, zone) - wall);
  return guess - (wallAt(guess, zone) - wall);
};

export const dateOf = (wall: Wall): string => new Date(wall).toISOString().slice(0, 10);

export const wallOfDate = (date: string): Wall => Date.parse(`${date}T00:00:00Z`);

/** Where a moment lies on the line of time; a whole day begins at midnight of the given zone. */
export const instantOfMoment = (moment: Moment, zoneOfDays: string): number =>
  'date' in moment ? instantOf(wallOfDate(moment.date), zoneOfDays) : moment.at;

export const shift = (moment: Moment, milliseconds: number): Moment =>
  'date' in moment
    ? { date: dateOf(wallOfDate(moment.date) + milliseconds) }
    : { ...moment, at: moment.at + milliseconds };

/** RFC 3339 in a zone, to the second, as in `2026-11-20T10:00:00+01:00`. */
export const rfc3339 = (instant: number, zone: string): string => {
  const second = Math.floor(instant / 1000) * 1000;
  const wall = wallAt(second, zone);
  const text = new Date(wall).toISOString().slice(0, 19);
  const minutes = (wall - second) / 60_000;
  if (minutes === 0) return `${text}Z`;
  const pad = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${text}${minutes < 0 ? '-' : '+'}${pad(size / 60)}:${pad(size % 60)}`;
};
