import { caller, newId } from '../support/api.ts';

/** iCalendar files in the manner of those who write them. */

export const file = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Tests//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');

/** An event of a new UID, unless the lines have one. */
export const event = (...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  ...(lines.some((line) => line.startsWith('UID:')) ? [] : [`UID:${newId('uid')}`]),
  ...lines,
  'END:VEVENT',
];

/** A zone as Outlook writes it, since 1601, with a name of its own. */
export const customZone = (name: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${name}`,
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** Imports for an organisation of its own; gives the events. */
export const importer = () => {
  const admin = caller();
  return async (ics: string, more: object = {}) => {
    const { status, body, text } = await admin.post('/calendar/import', { ics, ...more });
    if (status !== 200) throw new Error(`import: ${status} ${text}`);
    return body.events;
  };
};
