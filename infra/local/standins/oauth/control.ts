import { answered } from '../control.ts';
import type { Route, StandinRequest } from '../standin.ts';
import { type AuthServer, accountNamed } from './server.ts';

/** What the controls share. */

export const controlsOf = (server: AuthServer) => {
  const accountId = (name: string): string => {
    const account = accountNamed(server, name);
    if (!account) throw new Error(`no account ${name}`);
    return account.id;
  };
  return {
    accountId,
    route: (method: string, path: string, run: (request: StandinRequest) => unknown): Route => ({
      method,
      path: `/__standin/oauth/${path}`,
      handle: answered(run),
    }),
    bodyOf: ({ body }: StandinRequest): unknown => JSON.parse(body.toString() || '{}'),
    /** The filter in a query; undefined where it does not say. */
    asked: ({ query }: StandinRequest) => {
      const account = query.get('account');
      return {
        client: query.get('client') ?? undefined,
        account: account === null ? undefined : accountId(account),
        family: query.get('family') ?? undefined,
      };
    },
  };
};

export type Control = ReturnType<typeof controlsOf>;
