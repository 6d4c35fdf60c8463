import type * as z from 'zod/mini';
import { hashOf, type Route, type StandinRequest, standinNow } from '../standin.ts';
import { choose, grant } from './consent.ts';
import type { Control } from './control.ts';
import { expiryInput, familyChange, familyInput, whose } from './inputs.ts';
import { issue } from './issue.ts';
import type { AuthServer } from './server.ts';
import { endFamily, endGrant, openFamily } from './state.ts';
import type { Family, OAuthState } from './types.ts';
import { familyView } from './views.ts';

/** The controls that read, make and end grants; `controls.ts` describes them. */

const open = (
  server: AuthServer,
  state: OAuthState,
  input: z.output<typeof familyInput>,
  request: StandinRequest,
) => {
  const client = state.clients[input.client];
  if (!client) throw new Error(`no client ${input.client}`);
  const { scopes, parameters } = input;
  const asked = {
    client,
    redirectUri: '',
    redirectNamed: false,
    scopes,
    challenge: null,
    parameters: { ...(scopes.length > 0 && { scope: scopes.join(' ') }), ...parameters },
    request,
  };
  const decision = { user: input.account, scopes: null, resources: input.resources ?? null, denied: false };
  const choice = choose(server, asked, decision);
  const granted = grant(server, state, asked, choice);
  const family = openFamily(state, {
    client: client.id,
    account: choice.account.id,
    scopes: granted.scopes,
    details: granted.details,
  });
  const { access, refresh } = issue(server, state, family, { refresh: granted.offline });
  return { family: family.id, access, refresh };
};

const expire = (state: OAuthState, family: Family | null, token: string | null, what: string): void => {
  const hash = token === null ? null : hashOf(token);
  const access = state.access[hash ?? family?.currentAccess ?? ''];
  const refresh = state.refresh[hash ?? family?.currentRefresh ?? ''];
  if (!access && !refresh) throw new Error('no such token');
  if (access && what !== 'refresh') access.expiresAt = standinNow();
  if (refresh && what !== 'access') refresh.expired = true;
};

export const familyControls = (
  server: AuthServer,
  state: OAuthState,
  { route, accountId, asked, bodyOf }: Control,
): Route[] => {
  const familyOf = (id: string | undefined): Family => {
    const family = state.families[id ?? ''];
    if (!family) throw new Error(`no family ${id}`);
    return family;
  };
  return [
    route('GET', 'families', (request) => {
      const { client, account } = asked(request);
      const families = Object.values(state.families)
        .filter((family) => client === undefined || family.client === client)
        .filter((family) => account === undefined || family.account === account);
      return { families: families.map((family) => familyView(server, state, family)) };
    }),
    route('GET', 'families/{id}', ({ params }) => familyView(server, state, familyOf(params['id']))),
    route('POST', 'families', (request) => open(server, state, familyInput.parse(bodyOf(request)), request)),
    route('PATCH', 'families/{id}', (request) => {
      const { scopes, details } = familyChange.parse(bodyOf(request));
      const family = familyOf(request.params['id']);
      if (scopes) family.scopes = scopes;
      if (details) Object.assign(family.details, details);
      return familyView(server, state, family);
    }),
    route('POST', 'families/{id}/revoke', ({ params }) =>
      endFamily(server, state, familyOf(params['id']), 'user'),
    ),
    route('POST', 'grants/revoke', (request) => {
      const { client, account } = whose.parse(bodyOf(request));
      if (account === undefined) throw new Error('account is missing');
      const ended = endGrant(server, state, { client, account: accountId(account) }, 'user');
      return { families: ended.map(({ id }) => id) };
    }),
    route('POST', 'expire', (request) => {
      const input = expiryInput.parse(bodyOf(request));
      if ('token' in input) expire(state, null, input.token, 'both');
      else expire(state, familyOf(input.family), null, input.what);
    }),
  ];
};
