/** Meetings said once, as each provider's own API takes them. */

export type Guest = { email: string; name?: string; response?: 'accepted' | 'tentative' | 'declined' };
export type Meeting = {
  title: string;
  /** A wall clock such as `2027-03-22T09:00:00` in `zone`, or a date. */
  start: string;
  end: string;
  zone?: string;
  location?: string;
  guests?: Guest[];
  video?: boolean;
  /** So many times, week by week. */
  weeks?: number;
  /** Of those, by the date: called off, or moved to another day at the same time. */
  without?: string;
  moved?: { from: string; to: string };
};

const isDate = (text: string): boolean => text.length === 10;

export const googleEvent = ({
  title,
  start,
  end,
  zone = 'UTC',
  ...more
}: Meeting): Record<string, unknown> => {
  const time = (text: string) => (isDate(text) ? { date: text } : { dateTime: text, timeZone: zone });
  const instance = (date: string): string =>
    `${date.replaceAll('-', '')}T${new Date(`${date}${start.slice(10)}Z`).toISOString().slice(11, 19).replaceAll(':', '')}Z`;
  const { location, guests, video, weeks, without, moved } = more;
  return {
    summary: title,
    start: time(start),
    end: time(end),
    ...(location !== undefined && { location }),
    ...(video && { meet: true }),
    ...(weeks !== undefined && { recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${weeks}`] }),
    ...(guests && {
      attendees: guests.map(({ email, name, response = 'needsAction' }) => ({
        email,
        displayName: name,
        responseStatus: response,
      })),
    }),
    exceptions: [
      ...(without === undefined ? [] : [{ at: instance(without), cancelled: true }]),
      ...(moved
        ? [
            {
              at: instance(moved.from),
              start: time(moved.to + start.slice(10)),
              end: time(moved.to + end.slice(10)),
            },
          ]
        : []),
    ],
  };
};

const answers = { accepted: 'accepted', tentative: 'tentativelyAccepted', declined: 'declined' } as const;

export const outlookEvent = ({
  title,
  start,
  end,
  zone = 'UTC',
  ...more
}: Meeting): Record<string, unknown> => {
  const time = (text: string) => ({
    dateTime: isDate(text) ? `${text}T00:00:00` : text,
    timeZone: isDate(text) ? 'UTC' : zone,
  });
  const { location, guests, video, weeks, without, moved } = more;
  const weekday = new Date(`${start.slice(0, 10)}Z`).toLocaleDateString('en', {
    weekday: 'long',
    timeZone: 'UTC',
  });
  return {
    subject: title,
    start: time(start),
    end: time(end),
    isAllDay: isDate(start),
    isOnlineMeeting: video === true,
    ...(location !== undefined && { location: { displayName: location } }),
    ...(weeks !== undefined && {
      recurrence: {
        pattern: {
          type: 'weekly',
          interval: 1,
          daysOfWeek: [weekday.toLowerCase()],
          firstDayOfWeek: 'sunday',
        },
        range: { type: 'numbered', startDate: start.slice(0, 10), numberOfOccurrences: weeks },
      },
    }),
    ...(guests && {
      attendees: guests.map(({ email, name, response }) => ({
        emailAddress: { address: email, name: name ?? email },
        ...(response && { status: { response: answers[response] } }),
      })),
    }),
    exceptions: [
      ...(without === undefined ? [] : [{ on: without, cancelled: true }]),
      ...(moved
        ? [
            {
              on: moved.from,
              start: time(moved.to + start.slice(10)),
              end: time(moved.to + end.slice(10)),
            },
          ]
        : []),
    ],
  };
};
