import * as z from 'zod/mini';
import type { Route } from '../../standin.ts';
import { type Account, accountByLogin, type Repository, repositoryByName, type State } from '../state.ts';

/** One control: a schema for its body, so that a slip in a test is told and not swallowed. */
export const control = <Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  run: (input: z.output<Schema>) => unknown,
): Route => ({
  method: 'POST',
  path: `/__standin/${path}`,
  handle: ({ body }) => {
    try {
      const input = schema.parse(JSON.parse(body.toString() || '{}'));
      return { status: 200, body: run(input) ?? {} };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  },
});

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

export const isoDate = z.iso.datetime({ offset: true });
export const list = z._default(z.array(z.string()), []);
export const textOrNull = z._default(z.nullable(z.string()), null);
export const yesOrNo = z._default(z.boolean(), false);
export const refusalStatus = z._default(z.literal([403, 429]), 403);
