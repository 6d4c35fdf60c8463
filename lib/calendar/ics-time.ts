import ICAL from 'ical.js';
import { cleanDate, cleanLine } from '../connectors/clean.ts';
import { instantIn, zoneNamed } from '../connectors/time-zones.ts';
import { type AppError, invalidField } from '../errors/error.ts';

/** The times of an iCalendar file. Zones with a known name are as everybody knows them, others as the file defines them. */

export type Moment = {
  /** A moment in UTC, or a date. */
  at: string;
  isDate: boolean;
  zone: string | null;
};

const day = 86_400_000;
const longest = 3_660 * day;
/** Rules of zones in one file: each is unrolled over centuries. */
const mostRules = 50;
/** What zones are defined by: once a year, on one day. Finer rules would be unrolled for ever. */
const yearly =
  /^FREQ=YEARLY(;(UNTIL|COUNT|INTERVAL|WKST|BYMONTH|BYDAY)=[^,;]+|;BYMONTHDAY=-?\d+(,-?\d+){0,6})*$/i;

const impossible = (): AppError => invalidField('ics', 'has an event at a time that is none');

/** Nobody can say when that is: rather than an hour that may be wrong, an error. */
const unknownZone = (name: string): AppError =>
  invalidField('ics', `names the time zone “${cleanLine(name, 60)}”, which it does not define`);

/** A wall time as if it were UTC. Days and hours that no calendar has are not moved to the next. */
const wallTime = (raw: string): number => {
  const at = /^\d{4}-/.test(raw) ? Date.parse(raw.endsWith('Z') ? raw : `${raw}Z`) : Number.NaN;
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(raw.slice(0, 19))) throw impossible();
  return at;
};

/** Makes the zones a file defines known to the parser, until `forgetZones`. */
export const learnZones = (calendar: ICAL.Component): void => {
  const own = calendar
    .getAllSubcomponents('vtimezone')
    .map((zone) => ({ zone, name: String(zone.getFirstPropertyValue('tzid') ?? '') }))
    .filter(({ name }) => name !== '' && zoneNamed(name) === null);
  const rules = own
    .flatMap(({ zone }) => zone.getAllSubcomponents())
    .flatMap((part) => part.getAllProperties('rrule'))
    .map((rule) => String(rule.getFirstValue()));
  if (rules.length > mostRules || rules.some((rule) => !yearly.test(rule)))
    throw invalidField('ics', 'defines a time zone that changes too often');
  for (const { zone, name } of own) ICAL.TimezoneService.register(new ICAL.Timezone(zone), name);
};

export const forgetZones = (): void => ICAL.TimezoneService.reset();

/** `usual` is the zone of times that name none; without one they are read as UTC. */
export const momentOf = (property: ICAL.Property, usual: string | null): Moment => {
  const raw = String(property.toJSON()[3]);
  const value = property.getFirstValue();
  if (!(value instanceof ICAL.Time)) throw impossible();
  if (value.isDate) {
    const date = cleanDate(raw);
    if (date !== raw) throw impossible();
    return { at: date, isDate: true, zone: null };
  }
  const isUtc = raw.endsWith('Z');
  const wall = wallTime(raw);
  const name = String(property.getParameter('tzid') ?? '');
  const known = zoneNamed(name);
  const moment = (at: number, zone: string | null): Moment => ({
    at: new Date(at).toISOString(),
    isDate: false,
    zone,
  });
  if (isUtc) return moment(wall, 'UTC');
  if (known === null && ICAL.TimezoneService.has(name))
    return moment(value.convertToZone(ICAL.Timezone.utcTimezone).toJSDate().getTime(), null);
  if (known === null && name !== '') throw unknownZone(name);
  const zone = known ?? usual;
  return moment(zone === null ? wall : instantIn(zone, wall), zone);
};

const lengthOf = (component: ICAL.Component): number | null => {
  const duration: unknown = component.getFirstPropertyValue('duration');
  if (!(duration instanceof ICAL.Duration)) return null;
  const length = duration.toSeconds() * 1000;
  if (!(Math.abs(length) <= longest)) throw impossible();
  return length;
};

/** By its own end, by its duration, or as it is without either: a moment, or one day. */
export const endOf = (component: ICAL.Component, start: Moment, usual: string | null): string => {
  const property = component.getFirstProperty('dtend');
  const end = property && momentOf(property, usual);
  const from = Date.parse(start.at);
  const given = end && end.isDate === start.isDate ? Date.parse(end.at) : from + (lengthOf(component) ?? 0);
  if (given < from) throw invalidField('ics', 'has an event that ends before it begins');
  return start.isDate
    ? new Date(Math.max(given, from + day)).toISOString().slice(0, 10)
    : new Date(given).toISOString();
};
