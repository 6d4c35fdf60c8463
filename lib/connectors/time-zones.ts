import { windowsZones } from './windows-zones.ts';

/** Names of time zones: whoever sends them, we show those of the IANA database, which every browser knows. */

const byWindowsName = new Map(Object.entries(windowsZones).map(([name, zone]) => [name.toLowerCase(), zone]));

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** The IANA name of a zone by its own or by Microsoft's name; null for a name that says nothing to anybody. */
export const zoneNamed = (name: string | null | undefined): string | null => {
  const text = (name ?? '').trim();
  // `UTC` is both; offsets such as `+01:00` are no names.
  if (!/^[A-Za-z][\w .()/+-]{1,59}$/.test(text)) return null;
  if (/^utc$/i.test(text)) return 'UTC';
  return byWindowsName.get(text.toLowerCase()) ?? (isZone(text) ? text : null);
};

const parts = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** What the clock on the wall shows there at a moment, as if it were UTC. */
const wallAt = (format: Intl.DateTimeFormat, at: number): number => {
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/**
 * The moment when the clock on the wall shows a time, itself given as if it were UTC. An hour that comes
 * twice is the first of them; one that is skipped counts on from before.
 */
export const instantIn = (zone: string, wall: number): number => {
  const format = parts(zone);
  const day = 86_400_000;
  const offsetAt = (at: number): number => wallAt(format, at) - at;
  const [before, after] = [offsetAt(wall - day), offsetAt(wall + day)];
  const fits = [wall - before, wall - after].find((at) => wallAt(format, at) === wall);
  return fits ?? wall - before;
};
