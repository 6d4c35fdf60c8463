import * as z from 'zod/mini';
import { type Account, accountByLogin, type Repository, repositoryByName, type State } from '../state.ts';

export const accountNamed = (state: State, login: string): Account => {
  const account = accountByLogin(state, login);
  if (!account) throw new Error(`no account ${login}`);
  return account;
};

export const accountIds = (state: State, logins: string[]): number[] =>
  logins.map((login) => accountNamed(state, login).id);

export const repositoryNamed = (state: State, fullName: string): Repository => {
  const repository = repositoryByName(state, fullName);
  if (!repository) throw new Error(`no repository ${fullName}`);
  return repository;
};

export const list = z._default(z.array(z.string()), []);
export const yesOrNo = z._default(z.boolean(), false);
export const refusalStatus = z._default(z.literal([403, 429]), 403);
