import type { Route } from '../standin.ts';
import { type Control, controlsOf } from './control.ts';
import { familyControls } from './control-families.ts';
import { clientInput, faultsInput, ruleInput } from './inputs.ts';
import type { AuthServer } from './server.ts';
import { type ClientInput, makeClient } from './state.ts';
import type { OAuthState, Policy, TokenFault } from './types.ts';

/**
 * The controls of an authorization server, under `/__standin/oauth/`. An `account` is an id or a name, as in
 * `standin_user`; members with `?` may be left out. They answer 200 with what they made; 400 and `{ error }`
 * tell what is wrong.
 *
 * - `GET clients`; `POST clients` `{ id, secret, redirectUris?, redirectPatterns?, scopes?, auth?, grants?,
 *   policy?, details? }` adds or replaces one; a `secret` of null makes it public.
 * - `POST policy` `{ client?, account?, policy }`: any part of a `Policy`, for all, a client, an account, or
 *   both. `DELETE policy` (`?client=&account=`) forgets the rules for just these, without a query all.
 * - `GET families` (`?client=&account=`), `GET families/{id}`: see `views.ts`.
 * - `POST families` `{ client, account, scopes, resources?, parameters? }`: consents without a browser, with
 *   `parameters` of an authorization request, and answers `{ family, access, refresh }`.
 * - `PATCH families/{id}` `{ scopes?, details? }`, as when access shrinks; `POST families/{id}/revoke`.
 * - `POST grants/revoke` `{ client?, account }`: as the person would in the account's settings.
 * - `POST expire` `{ token }`, or `{ family, what: 'access' | 'refresh' | 'both' }` for its newest tokens.
 * - `POST faults` `{ match?: { client?, account?, family?, grant? }, times?, when: 'before' | 'after', act }`
 *   or a list of them, see `TokenFault`; `DELETE faults`.
 * - `GET calls` (`?client=&account=&family=`), `DELETE calls`: the log of the token endpoint, see `TokenCall`.
 */
export const oauthControls = (server: AuthServer, state: OAuthState): Route[] => {
  const control = controlsOf(server);
  return [...ruleControls(state, control), ...familyControls(server, state, control)];
};

const ruleControls = (state: OAuthState, { route, accountId, asked, bodyOf }: Control): Route[] => [
  route('GET', 'clients', () => ({ clients: Object.values(state.clients) })),
  route('POST', 'clients', (request) => {
    const client = makeClient(clientInput.parse(bodyOf(request)) as ClientInput);
    state.clients[client.id] = client;
    return { id: client.id };
  }),

  route('POST', 'policy', (request) => {
    const { client = null, account, policy } = ruleInput.parse(bodyOf(request));
    state.rules.push({
      client,
      account: account === undefined ? null : accountId(account),
      policy: policy as Partial<Policy>,
    });
  }),
  route('DELETE', 'policy', (request) => {
    const { client, account } = asked(request);
    const isAll = client === undefined && account === undefined;
    state.rules = state.rules.filter(
      (rule) => !isAll && (rule.client !== (client ?? null) || rule.account !== (account ?? null)),
    );
  }),

  route('POST', 'faults', (request) => {
    for (const fault of [faultsInput.parse(bodyOf(request))].flat() as TokenFault[]) {
      const { account } = fault.match;
      if (account !== undefined) fault.match.account = accountId(account);
      state.faults.push(fault);
    }
  }),
  route('DELETE', 'faults', () => {
    state.faults = [];
  }),

  route('GET', 'calls', (request) => {
    const { client, account, family } = asked(request);
    return {
      calls: state.calls
        .filter((call) => client === undefined || call.client === client)
        .filter((call) => account === undefined || call.account === account)
        .filter((call) => family === undefined || call.family === family),
    };
  }),
  route('DELETE', 'calls', () => {
    state.calls = [];
  }),
];
