import { addressOf, same, type User, userNamed } from '../state.ts';
import { calendarRead, may } from './access.ts';
import { badRequest, directoryDenied, needsPerson, noSuchObject } from './errors.ts';
import {
  type Exchange,
  graph,
  type MailboxExchange,
  type MailboxOperation,
  type Operation,
} from './gateway.ts';
import { option } from './odata.ts';

/** People, and the calendars they have. */

const userView = (user: User) => ({
  businessPhones: [],
  displayName: user.displayName,
  givenName: user.givenName,
  jobTitle: null,
  mail: user.mail,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: user.surname,
  userPrincipalName: user.userPrincipalName,
  id: user.id,
});

const answer = ({ request }: Exchange, user: User) => {
  const view: Record<string, unknown> = userView(user);
  const names = (option(request.query, 'select') ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !(name in view));
  if (unknown !== undefined) {
    throw badRequest(`Could not find a property named '${unknown}' on type 'microsoft.graph.user'.`);
  }
  const shown = names.length === 0 ? view : Object.fromEntries(names.map((name) => [name, view[name]]));
  const selected = names.length === 0 ? '' : `(${names.join(',')})`;
  return { body: { '@odata.context': `${graph}/$metadata#users${selected}/$entity`, ...shown } };
};

const me = (exchange: Exchange) => {
  const { caller } = exchange;
  if (caller.kind === 'application') throw needsPerson();
  if (!may(caller, ['User.Read', 'User.ReadWrite', 'User.ReadBasic.All', 'User.Read.All'])) {
    throw directoryDenied();
  }
  return answer(exchange, caller.user);
};

const user = (exchange: Exchange) => {
  const { state, caller, request } = exchange;
  const name = request.params['user'] ?? '';
  const isSelf =
    caller.kind === 'delegated' &&
    [caller.user.id, caller.user.userPrincipalName].some((one) => same(one, name));
  const allowed = ['User.ReadBasic.All', 'User.Read.All', 'Directory.Read.All'];
  if (!may(caller, isSelf ? ['User.Read', ...allowed] : allowed)) throw directoryDenied();
  const found = userNamed(state, name);
  if (!found || found.tenant !== caller.tenant) throw noSuchObject(name);
  return answer(exchange, found);
};

const calendarView = ({ mailbox, caller }: MailboxExchange) => ({
  id: `AQMkAD${Buffer.from(`calendar ${mailbox.id}`).toString('base64url')}=`,
  name: 'Calendar',
  color: 'auto',
  hexColor: '',
  isDefaultCalendar: true,
  changeKey: Buffer.from(mailbox.id).toString('base64').slice(0, 24),
  canShare: caller.kind === 'delegated',
  canViewPrivateItems: true,
  canEdit: true,
  allowedOnlineMeetingProviders: ['teamsForBusiness'],
  defaultOnlineMeetingProvider: 'teamsForBusiness',
  isTallyingResponses: true,
  isRemovable: false,
  owner: { name: mailbox.displayName, address: addressOf(mailbox) },
});

export const userOperations: Operation[] = [
  { method: 'GET', path: '/me', handle: me },
  { method: 'GET', path: '/users/{user}', handle: user },
];

export const calendarOperations: MailboxOperation[] = [
  {
    method: 'GET',
    paths: ['/calendar'],
    permissions: calendarRead,
    handle: (exchange) => ({
      body: {
        '@odata.context': `${graph}/$metadata#users('${exchange.mailbox.id}')/calendar/$entity`,
        ...calendarView(exchange),
      },
    }),
  },
  {
    method: 'GET',
    paths: ['/calendars'],
    permissions: calendarRead,
    handle: (exchange) => ({
      body: {
        '@odata.context': `${graph}/$metadata#users('${exchange.mailbox.id}')/calendars`,
        value: [calendarView(exchange)],
      },
    }),
  },
];
