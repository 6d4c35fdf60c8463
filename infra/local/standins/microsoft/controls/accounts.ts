import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { control, text } from '../../control.ts';
import { endGrant } from '../../oauth/index.ts';
import type { Route } from '../../standin.ts';
import { entraServer } from '../entra/server.ts';
import { type MicrosoftState, type Tenant, type User, userNamed } from '../state.ts';
import { tenantFor, userFor } from './named.ts';

const tenantInput = z.strictObject({
  id: z.optional(text),
  name: text,
  domains: z._default(z.array(text), []),
});

export const addTenant = (state: MicrosoftState, input: z.output<typeof tenantInput>): Tenant => {
  const tenant = { ...input, id: input.id ?? randomUUID() };
  state.tenants = [...state.tenants.filter(({ id }) => id !== tenant.id), tenant];
  return tenant;
};

const userInput = z.strictObject({
  userPrincipalName: text,
  id: z.optional(text),
  tenant: z.optional(text),
  displayName: z.optional(text),
  givenName: z._default(z.nullable(text), null),
  surname: z._default(z.nullable(text), null),
  /** Left out: the user principal name. */
  mail: z.optional(z.nullable(text)),
  mailbox: z._default(z.boolean(), true),
});

/** Without a tenant, that of the domain, or else the first. */
export const addUser = (state: MicrosoftState, input: z.output<typeof userInput>): User => {
  const { userPrincipalName: name, tenant, mail, displayName } = input;
  if (userNamed(state, name)) throw new Error(`${name} exists already`);
  const domain = name.slice(name.indexOf('@') + 1);
  const home =
    tenant === undefined
      ? (state.tenants.find(({ domains }) => domains.includes(domain)) ?? state.tenants[0])
      : tenantFor(state, tenant);
  if (!home) throw new Error('no tenant');
  const user: User = {
    ...input,
    id: input.id ?? randomUUID(),
    tenant: home.id,
    displayName: displayName ?? name.slice(0, name.indexOf('@')),
    mail: mail === undefined ? name : mail,
  };
  state.users.push(user);
  return user;
};

const appInput = z.strictObject({
  client: text,
  tenant: text,
  /** Null takes the app out of the tenant. */
  roles: z.nullable(z.array(text)),
});

const setRoles = (state: MicrosoftState, { client: id, tenant, roles }: z.output<typeof appInput>): void => {
  const client = state.oauth.clients[id];
  if (!client) throw new Error(`no client ${id}`);
  const known = client.details['tenants'];
  const others = typeof known === 'object' && known !== null && !Array.isArray(known) ? { ...known } : {};
  const { id: directory } = tenantFor(state, tenant);
  delete others[directory];
  client.details['tenants'] = roles === null ? others : { ...others, [directory]: roles };
};

const secretInput = z.strictObject({ client: text, expired: z.boolean() });
const policyInput = z.strictObject({ client: text, mailboxes: z.nullable(z.array(text)) });
const whose = z.strictObject({ client: text, account: text });
const interactionInput = z.strictObject({ account: text, code: z.nullable(z.int()) });

export const accountControls = (state: MicrosoftState): Route[] => [
  control('tenants', tenantInput, (input) => ({ id: addTenant(state, input).id })),
  control('users', userInput, (input) => {
    const { id, userPrincipalName, tenant } = addUser(state, input);
    return { id, userPrincipalName, tenant };
  }),
  control(
    'users/change',
    z.strictObject({ user: text, mail: z.optional(z.nullable(text)), mailbox: z.optional(z.boolean()) }),
    ({ user, ...change }) => {
      Object.assign(userFor(state, user), change);
    },
  ),
  control('users/remove', z.strictObject({ user: text }), ({ user }) => {
    const { id } = userFor(state, user);
    state.users = state.users.filter((one) => one.id !== id);
  }),
  control('app-roles', appInput, (input) => setRoles(state, input)),
  control('app-secret', secretInput, ({ client, expired }) => {
    const known = state.oauth.clients[client];
    if (!known) throw new Error(`no client ${client}`);
    known.details['secretExpired'] = expired;
  }),
  control('mailbox-policy', policyInput, ({ client, mailboxes }) => {
    delete state.policies[client];
    if (mailboxes) state.policies[client] = mailboxes;
  }),
  control('consents/remove', whose, ({ client, account }) => {
    const { id } = userFor(state, account);
    state.oauth.consents = state.oauth.consents.filter((one) => one.client !== client || one.account !== id);
  }),
  control('sessions/revoke', z.strictObject({ user: text }), ({ user }) => {
    const { id } = userFor(state, user);
    const consents = state.oauth.consents.filter(({ account }) => account === id);
    endGrant(entraServer(state), state.oauth, { account: id }, 'provider');
    state.oauth.consents.push(...consents);
  }),
  control('interaction', interactionInput, ({ account, code }) => {
    const { id } = userFor(state, account);
    delete state.interaction[id];
    if (code !== null) state.interaction[id] = code;
  }),
];
