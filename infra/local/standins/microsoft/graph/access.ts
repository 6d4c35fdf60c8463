import { accessOf, type Data } from '../../oauth/index.ts';
import { hashOf, type StandinRequest } from '../../standin.ts';
import { addressOf, type MicrosoftState, same, type User, userNamed } from '../state.ts';
import {
  accessDenied,
  badToken,
  blockedByPolicy,
  needsPerson,
  noMailbox,
  noSuchUser,
  noToken,
} from './errors.ts';

/** Who calls, and whose mailbox they may reach. */

export type Caller = { client: string; tenant: string } & (
  | { kind: 'delegated'; user: User; scopes: string[] }
  | { kind: 'application'; roles: string[] }
);

const text = (value: Data | undefined): string => (typeof value === 'string' ? value : '');

export const callerOf = (state: MicrosoftState, { headers }: StandinRequest): Caller => {
  const token = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (token === undefined) throw noToken();
  const access = accessOf(state.oauth, token);
  if (!access) throw badToken(state.oauth.access[hashOf(token)] !== undefined);
  const { family, scopes } = access;
  const { client, details } = family;
  if (family.account === null) {
    const roles = Array.isArray(details['roles']) ? details['roles'].map(String) : [];
    return { kind: 'application', client, tenant: text(details['tenant']), roles };
  }
  const user = userNamed(state, family.account);
  if (!user) throw badToken(true);
  return { kind: 'delegated', client, tenant: user.tenant, user, scopes };
};

/** Whether the caller has one of these permissions, each of which comes with more than it names. */
export const may = (caller: Caller, permissions: readonly string[]): boolean =>
  (caller.kind === 'delegated' ? caller.scopes : caller.roles).some((one) =>
    permissions.some((permission) => same(permission, one)),
  );

export const calendarRead = ['Calendars.Read', 'Calendars.ReadWrite'] as const;
export const calendarWrite = ['Calendars.ReadWrite'] as const;

/** The mailbox of a path, `/me` without a name. */
export const mailboxOf = (
  state: MicrosoftState,
  caller: Caller,
  name: string | undefined,
  permissions: readonly string[],
): User => {
  if (name === undefined && caller.kind === 'application') throw needsPerson();
  if (!may(caller, permissions)) throw accessDenied();
  const user =
    name === undefined ? (caller.kind === 'delegated' ? caller.user : null) : userNamed(state, name);
  if (!user || user.tenant !== caller.tenant) throw noSuchUser(name ?? '');
  if (caller.kind === 'delegated' && user.id !== caller.user.id) throw accessDenied();
  const allowed = caller.kind === 'application' ? state.policies[caller.client] : undefined;
  if (allowed && !allowed.some((one) => same(one, addressOf(user)) || same(one, user.id))) {
    throw blockedByPolicy();
  }
  if (!user.mailbox) throw noMailbox();
  return user;
};
