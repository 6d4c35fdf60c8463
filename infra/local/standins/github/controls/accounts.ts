import * as z from 'zod/mini';
import { control, isoDate, textOrNull } from '../../control.ts';
import { type Route, standinNow } from '../../standin.ts';
import { type Account, accountByLogin, fullNameOf, isoTime, type State, takeId } from '../state.ts';
import { accountIds, accountNamed, list, repositoryNamed, yesOrNo } from './named.ts';

const profile = {
  login: z.string(),
  name: textOrNull,
  email: textOrNull,
  bio: textOrNull,
  company: textOrNull,
  location: textOrNull,
};

const userInput = z.strictObject({
  ...profile,
  type: z._default(z.enum(['User', 'Bot']), 'User'),
  emails: z.optional(
    z.array(
      z.strictObject({
        email: z.string(),
        primary: z.boolean(),
        verified: z.boolean(),
        visibility: z.nullable(z.string()),
      }),
    ),
  ),
});

const organizationInput = z.strictObject({
  ...profile,
  members: z._default(
    z.array(
      z.strictObject({
        login: z.string(),
        role: z._default(z.enum(['admin', 'member']), 'member'),
        public: yesOrNo,
      }),
    ),
    [],
  ),
  left: list,
});

const tokenInput = z.strictObject({
  token: z.string(),
  user: z.string(),
  scopes: list,
  expiresAt: z._default(z.nullable(isoDate), null),
  ssoRequired: list,
  owner: z.optional(z.string()),
  repositories: z.optional(z.array(z.string())),
  permissions: z._default(z.record(z.string(), z.enum(['read', 'write'])), {
    issues: 'read',
    pull_requests: 'read',
  }),
});

type Profile = { [Name in keyof typeof profile]: z.output<(typeof profile)[Name]> };

const addAccount = (
  state: State,
  { login, name, email, bio, company, location }: Profile,
  type: Account['type'],
  emails?: Account['emails'],
): Account => {
  if (accountByLogin(state, login)) throw new Error(`${login} exists already`);
  const now = isoTime(standinNow());
  const primary = email ?? `${login}@users.noreply.github.com`;
  const account: Account = {
    id: takeId(state),
    login,
    type,
    name,
    email,
    emails: emails ?? [
      { email: primary, primary: true, verified: true, visibility: email === null ? null : 'public' },
    ],
    bio,
    company,
    location,
    createdAt: now,
    updatedAt: now,
  };
  state.accounts.push(account);
  return account;
};

const known = ({ id, login }: Account) => ({ id, login });

const addOrganization = (state: State, input: z.output<typeof organizationInput>) => {
  const account = accountByLogin(state, input.login) ?? addAccount(state, input, 'Organization');
  for (const { login, role, public: shown } of input.members) {
    const user = accountNamed(state, login).id;
    state.memberships = state.memberships.filter(
      (one) => one.organization !== account.id || one.user !== user,
    );
    state.memberships.push({ organization: account.id, user, role, public: shown });
  }
  const left = new Set(input.left.map((login) => accountNamed(state, login).id));
  state.memberships = state.memberships.filter(
    (one) => one.organization !== account.id || !left.has(one.user),
  );
  return known(account);
};

const rename = (state: State, login: string, to: string) => {
  const account = accountNamed(state, login);
  for (const repository of state.repositories) {
    if (repository.owner === account.id) {
      repository.formerNames.push(fullNameOf(state, repository).toLowerCase());
    }
  }
  account.login = to;
  return known(account);
};

const addToken = (state: State, input: z.output<typeof tokenInput>): void => {
  const { token, user, scopes, owner, repositories, permissions } = input;
  state.tokens = state.tokens.filter(({ value }) => value !== token);
  state.tokens.push({
    value: token,
    user: accountNamed(state, user).id,
    scopes: owner === undefined ? scopes : null,
    grant:
      owner === undefined
        ? null
        : {
            owner: accountNamed(state, owner).id,
            repositories: repositories?.map((name) => repositoryNamed(state, name).id) ?? null,
            permissions,
          },
    expiresAt: input.expiresAt === null ? null : isoTime(Date.parse(input.expiresAt)),
    ssoRequired: accountIds(state, input.ssoRequired),
  });
};

const revokeToken = (state: State, token: string): void => {
  const left = state.tokens.filter(({ value }) => value !== token);
  if (left.length === state.tokens.length) throw new Error('no such token');
  state.tokens = left;
};

export const accountControls = (state: State): Route[] => [
  control('users', userInput, (input) => known(addAccount(state, input, input.type, input.emails))),
  control('users/rename', z.strictObject({ login: z.string(), to: z.string() }), ({ login, to }) =>
    rename(state, login, to),
  ),
  control('organizations', organizationInput, (input) => addOrganization(state, input)),
  control('tokens', tokenInput, (input) => addToken(state, input)),
  control('tokens/revoke', z.strictObject({ token: z.string() }), ({ token }) => revokeToken(state, token)),
];
