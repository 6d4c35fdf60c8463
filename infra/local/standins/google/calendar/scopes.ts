/** Which scopes open which method, as the reference of each method lists them. */

const prefix = 'https://www.googleapis.com/auth/';

const named = (...names: string[]): string[] => names.map((name) => `${prefix}${name}`);

const all = named('calendar');

export const ownedScopes = named('calendar.events.owned', 'calendar.events.owned.readonly');

export const scopesOf = {
  listRead: [
    ...all,
    ...named('calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'),
  ],
  listWrite: [...all, ...named('calendar.calendarlist')],
  calendarRead: [...all, ...named('calendar.readonly', 'calendar.calendars', 'calendar.calendars.readonly')],
  eventsRead: [
    ...all,
    ...named('calendar.readonly', 'calendar.events', 'calendar.events.readonly'),
    ...ownedScopes,
  ],
  eventsWrite: [...all, ...named('calendar.events', 'calendar.events.owned')],
} as const;

/** What an app may ask for here. */
export const knownScopes: string[] = [
  ...new Set([
    'openid',
    'email',
    'profile',
    ...named('userinfo.email', 'userinfo.profile'),
    ...Object.values(scopesOf).flat(),
  ]),
];
