import { accessOf } from '../../oauth/state.ts';
import type { StandinRequest } from '../../standin.ts';
import {
  type Calendar,
  calendarNamed,
  domainOf,
  type GoogleState,
  type Role,
  roles,
  type User,
  userNamed,
} from '../state.ts';
import { invalidCredentials, loginRequired, notFound } from './errors.ts';

/** Who calls, and what of a calendar they may see. */

export type Caller = {
  /** The address as which the call is made: a person's, or the service account's own. */
  email: string;
  user: User | null;
  scopes: string[];
};

const bearerOf = ({ headers, query }: StandinRequest): string | null =>
  /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? query.get('access_token');

export const callerOf = (state: GoogleState, request: StandinRequest): Caller => {
  const token = bearerOf(request);
  if (token === null) throw loginRequired();
  const access = accessOf(state.oauth, token);
  if (!access?.account) throw invalidCredentials();
  const user = userNamed(state, access.account);
  return { email: user?.email ?? access.account, user, scopes: access.scopes };
};

export const roleOn = (calendar: Calendar, { email }: Caller): Role => {
  if (calendar.owner === email) return 'owner';
  const granted = [email, `@${domainOf(email)}`, '*'].map((key) => calendar.acl[key] ?? 'none');
  return roles[Math.max(...granted.map((role) => roles.indexOf(role)))] ?? 'none';
};

export const atLeast = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least);

/** The calendar a path names. One that is not shared with the caller is as unknown as one that is not there. */
export const calendarOf = (
  state: GoogleState,
  caller: Caller,
  id: string,
): { calendar: Calendar; role: Role } => {
  const calendar = calendarNamed(state, id === 'primary' ? caller.email : id);
  if (!calendar) throw notFound();
  const role = roleOn(calendar, caller);
  if (role === 'none') throw notFound();
  return { calendar, role };
};
