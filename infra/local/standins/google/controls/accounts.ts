import { createPublicKey, randomInt } from 'node:crypto';
import * as z from 'zod/mini';
import { control, text, textOrNull } from '../../control.ts';
import type { Route } from '../../standin.ts';
import { makeKey } from '../oauth/identity.ts';
import {
  type Calendar,
  domainOf,
  type GoogleState,
  roles,
  type ServiceAccount,
  type User,
  userNamed,
} from '../state.ts';
import { calendarFor } from './named.ts';

/** 21 digits, as account ids have. */
export const accountId = (): string => `1${Array.from({ length: 20 }, () => randomInt(10)).join('')}`;

export const makeCalendar = (
  input: Pick<Calendar, 'id' | 'owner' | 'primary'> & Partial<Calendar>,
): Calendar => ({
  summary: input.id,
  description: null,
  timeZone: 'UTC',
  acl: {},
  listedBy: [input.owner],
  syncGeneration: 1,
  ...input,
});

const userInput = z.strictObject({
  email: text,
  id: z.optional(text),
  givenName: z._default(text, ''),
  familyName: z._default(text, ''),
  /** Left out: the domain of the address; null: a personal account. */
  hd: z.optional(z.nullable(text)),
  timeZone: z._default(text, 'UTC'),
});

export const addUser = (state: GoogleState, input: z.output<typeof userInput>): User => {
  const { timeZone, hd, email, givenName, familyName } = input;
  if (userNamed(state, email)) throw new Error(`${email} exists already`);
  const user = {
    id: input.id ?? accountId(),
    email,
    givenName: givenName || email.slice(0, email.indexOf('@')),
    familyName,
    hd: hd === undefined ? domainOf(email) : hd,
  };
  state.users.push(user);
  state.calendars.push(makeCalendar({ id: email, owner: email, primary: true, timeZone }));
  return user;
};

const calendarInput = z.strictObject({
  id: text,
  owner: text,
  summary: z.optional(text),
  description: textOrNull,
  timeZone: z._default(text, 'UTC'),
});

const shareInput = z.strictObject({
  calendar: text,
  with: text,
  role: z.enum(roles),
  listed: z._default(z.boolean(), false),
});

const share = (state: GoogleState, input: z.output<typeof shareInput>): void => {
  const calendar = calendarFor(state, input.calendar);
  calendar.acl[input.with] = input.role;
  const others = calendar.listedBy.filter((one) => one !== input.with);
  calendar.listedBy = input.listed ? [...others, input.with] : others;
};

const delegations = z._default(z.array(z.strictObject({ domain: text, scopes: z.array(text) })), []);

const serviceInput = z.strictObject({
  email: text,
  projectId: z.optional(text),
  delegations,
  publicKey: z.optional(text),
});

/** The key file that Google's console would give out. */
export const keyFile = (account: ServiceAccount) => {
  const key = account.keys.at(-1);
  return {
    type: 'service_account',
    project_id: account.projectId,
    private_key_id: key?.id ?? '',
    private_key: key?.privateKey ?? null,
    client_email: account.email,
    client_id: account.clientId,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(account.email)}`,
    universe_domain: 'googleapis.com',
  };
};

/** It has a calendar of its own, which is on nobody's list, not even its own. */
export const addServiceAccount = (
  state: GoogleState,
  { email, projectId, delegations: delegated, publicKey }: z.output<typeof serviceInput>,
): ServiceAccount => {
  const key = publicKey === undefined ? makeKey() : { ...makeKey(), publicKey, privateKey: null };
  if (publicKey !== undefined) createPublicKey(publicKey);
  state.serviceAccounts = state.serviceAccounts.filter((one) => one.email !== email);
  state.calendars = state.calendars.filter(({ id }) => id !== email);
  const account: ServiceAccount = {
    email,
    clientId: accountId(),
    projectId: projectId ?? domainOf(email).split('.')[0] ?? '',
    keys: [{ ...key, disabled: false }],
    delegations: delegated,
  };
  state.serviceAccounts.push(account);
  state.calendars.push(makeCalendar({ id: email, owner: email, primary: true, listedBy: [] }));
  return account;
};

const serviceAccountFor = (state: GoogleState, email: string): ServiceAccount => {
  const account = state.serviceAccounts.find((one) => one.email === email);
  if (!account) throw new Error(`no service account ${email}`);
  return account;
};

const keysInput = z.strictObject({ email: text, disabled: z.boolean() });
const delegateInput = z.strictObject({ email: text, delegations });

export const accountControls = (state: GoogleState): Route[] => [
  control('users', userInput, (input) => {
    const { id, email } = addUser(state, input);
    return { id, email };
  }),
  control('users/remove', z.strictObject({ email: text }), ({ email }) => {
    state.users = state.users.filter((user) => user.email !== email);
  }),
  control('calendars', calendarInput, ({ summary, ...input }) => {
    if (state.calendars.some(({ id }) => id === input.id)) throw new Error(`${input.id} exists already`);
    state.calendars.push(makeCalendar({ ...input, summary: summary ?? input.id, primary: false }));
    return { id: input.id };
  }),
  control('share', shareInput, (input) => share(state, input)),
  control('service-accounts', serviceInput, (input) => keyFile(addServiceAccount(state, input))),
  control('service-accounts/delegate', delegateInput, ({ email, delegations: granted }) => {
    serviceAccountFor(state, email).delegations = granted;
  }),
  control('service-accounts/keys', keysInput, ({ email, disabled }) => {
    for (const key of serviceAccountFor(state, email).keys) key.disabled = disabled;
  }),
  {
    method: 'GET',
    path: '/__standin/service-accounts/{email}',
    handle: ({ params }) => {
      const account = state.serviceAccounts.find(({ email }) => email === params['email']);
      return account
        ? { status: 200, body: keyFile(account) }
        : { status: 404, body: { error: `no service account ${params['email']}` } };
    },
  },
];
