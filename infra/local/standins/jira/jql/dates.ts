/** The dates of JQL: in the time zone of who asks, as its documentation says of the profile's time zone. */

type Unit = 'y' | 'M' | 'w' | 'd' | 'h' | 'm';
/** Wall-clock time, carried in the UTC fields of a date. */
type Wall = number;

const minute = 60_000;
const spans = { w: 7 * 24 * 60 * minute, d: 24 * 60 * minute, h: 60 * minute, m: minute };

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
};

const wallAt = (instant: number, timeZone: string): Wall => {
  const parts = Object.fromEntries(
    formatterFor(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
};

/** The second look is for the days on which the clocks change. */
const instantOf = (wall: Wall, timeZone: string): number => {
  const guess = wall - (wallAt(wall, timeZone) - wall);
  return guess - (wallAt(guess, timeZone) - wall);
};

const shifted = (wall: Wall, amount: number, unit: Unit): Wall => {
  if (unit !== 'y' && unit !== 'M') return wall + amount * spans[unit];
  const date = new Date(wall);
  const months = date.getUTCMonth() + amount * (unit === 'y' ? 12 : 1);
  const last = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), last);
  return Date.UTC(date.getUTCFullYear(), months, day, date.getUTCHours(), date.getUTCMinutes());
};

const floors: Record<string, { unit: Unit; floor: (wall: Wall) => Wall }> = {
  day: { unit: 'd', floor: (wall) => wall - (wall % spans.d) },
  week: {
    unit: 'w',
    floor: (wall) => wall - (wall % spans.d) - new Date(wall).getUTCDay() * spans.d,
  },
  month: {
    unit: 'M',
    floor: (wall) => Date.UTC(new Date(wall).getUTCFullYear(), new Date(wall).getUTCMonth(), 1),
  },
  year: { unit: 'y', floor: (wall) => Date.UTC(new Date(wall).getUTCFullYear(), 0, 1) },
};

/** `now()`, `startOfDay("-1d")`, `endOfMonth()` and their like; null when there is no such function. */
export const dateFunction = (name: string, args: string[], timeZone: string, now: number): number | null => {
  if (/^now$/i.test(name)) return now;
  const [, edge = '', period = ''] = /^(start|end)of(day|week|month|year)$/i.exec(name) ?? [];
  const kind = floors[period.toLowerCase()];
  if (!kind) return null;
  const isEnd = edge.toLowerCase() === 'end';
  const [, sign, digits, given] = /^([+-]?)(\d+)([yMwdhm]?)$/.exec((args[0] ?? '0').trim()) ?? [];
  if (digits === undefined) return null;
  const amount = Number(`${sign}${digits}`);
  const unit = (given || kind.unit) as Unit;

  const start = kind.floor(wallAt(now, timeZone));
  const boundary = shifted(isEnd ? shifted(start, 1, kind.unit) : start, amount, unit);
  return instantOf(boundary, timeZone) - (isEnd ? 1 : 0);
};

const absolute = /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?: +(\d{1,2}):(\d{2}))?$/;

/** A written date: absolute, relative to now, or without quotation marks milliseconds since the epoch. */
export const dateOf = (text: string, quoted: boolean, timeZone: string, now: number): number | null => {
  const trimmed = text.trim();
  if (!quoted && /^\d+$/.test(trimmed)) return Number(trimmed);

  const [, year, , month, day, hour = '0', minutes = '0'] = absolute.exec(trimmed) ?? [];
  if (year !== undefined) {
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minutes));
    const date = new Date(wall);
    const isReal =
      date.getUTCMonth() === Number(month) - 1 &&
      date.getUTCDate() === Number(day) &&
      date.getUTCHours() === Number(hour) &&
      date.getUTCMinutes() === Number(minutes);
    return isReal ? instantOf(wall, timeZone) : null;
  }

  const [, sign, periods = ''] = /^([+-]?)(\d+[wdhm](?: *\d+[wdhm])*|\d+)$/.exec(trimmed) ?? [];
  if (sign === undefined) return null;
  const total = [...periods.matchAll(/(\d+)([wdhm]?)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * spans[(unit || 'm') as 'w' | 'd' | 'h' | 'm'],
    0,
  );
  return sign === '-' ? now - total : now + total;
};
