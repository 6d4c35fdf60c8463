import { graphResource } from './tokens.ts';

/** The permissions of Graph by their names; with or without the resource in front they are the same. */

const names = [
  'User.Read',
  'User.ReadWrite',
  'User.ReadBasic.All',
  'User.Read.All',
  'Directory.Read.All',
  'Calendars.ReadBasic',
  'Calendars.Read',
  'Calendars.ReadWrite',
  'Calendars.Read.Shared',
  'Calendars.ReadWrite.Shared',
  'Mail.Read',
  'Mail.Send',
  'People.Read',
  'Files.Read',
  'Files.Read.All',
  'Contacts.Read',
  'Tasks.Read',
  'Presence.Read',
  'OnlineMeetings.Read',
];

export const protocolScopes = ['openid', 'profile', 'email', 'offline_access'];

export const defaultScope = '.default';

const variants = (name: string): string[] => [
  name,
  name.toLowerCase(),
  `${graphResource}/${name}`,
  `${graphResource}/${name.toLowerCase()}`,
  `${graphResource}//${name}`,
];

export const knownScopes: string[] = [
  ...protocolScopes,
  ...[...names, defaultScope].flatMap((name) => variants(name)),
];

const byVariant = new Map(
  [...names, defaultScope].flatMap((name) => variants(name).map((variant) => [variant, name] as const)),
);

/** As answers name them: short. */
export const canonical = (scopes: string[]): string[] => [
  ...new Set(scopes.map((scope) => byVariant.get(scope) ?? scope)),
];
