import type { CalendarEvent } from '../state.ts';

/**
 * The free text search of `q`: every term must be found in one of the documented fields. Whether a part of a
 * word is enough is not documented; here it is not, which is the stricter reading.
 */

const words = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const textOf = ({ summary, description, location, attendees, organizer }: CalendarEvent): string =>
  [
    summary,
    description,
    location,
    ...[organizer, ...attendees].flatMap((one) => [one.displayName, one.email]),
  ]
    .filter((text) => text !== null)
    .join(' ');

export const matches = (event: CalendarEvent, q: string): boolean => {
  const found = new Set(words(textOf(event)));
  return words(q).every((word) => found.has(word));
};
