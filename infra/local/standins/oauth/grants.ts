import { createHash } from 'node:crypto';
import { hashOf, standinNow } from '../standin.ts';
import { splitScopes } from './authorize.ts';
import { failure } from './errors.ts';
import { issue, moveOn } from './issue.ts';
import type { Issued, TokenContext } from './server.ts';
import { endFamily, isRefreshDead, openFamily, policyFor } from './state.ts';
import type { Code, Family, RefreshToken } from './types.ts';

/** The grant types of RFC 6749; PKCE after RFC 7636, reuse of refresh tokens after RFC 9700, 4.14. */

const required = ({ parameters }: TokenContext, name: string): string => {
  const value = parameters[name];
  if (value === undefined) throw failure('parameter_missing', name);
  return value;
};

const scopesFor = (context: TokenContext, family: Family): string[] => {
  const { server, parameters } = context;
  const text = parameters['scope'];
  const asked = text === undefined ? null : splitScopes(server, text);
  if (server.accessScopes) return server.accessScopes(asked, family, context);
  const beyond = asked?.find((scope) => !family.scopes.includes(scope));
  if (beyond !== undefined) throw failure('scope_exceeded', beyond);
  return asked ?? family.scopes;
};

const verify = ({ challenge }: Code, verifier: string | undefined): void => {
  if (!challenge) {
    if (verifier !== undefined) throw failure('verifier_unexpected');
    return;
  }
  if (verifier === undefined) throw failure('verifier_missing');
  const { value, method } = challenge;
  const made = method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  if (made !== value) throw failure('verifier_wrong');
};

const byCode = (context: TokenContext): Issued => {
  const { server, state, client, parameters } = context;
  const code = state.codes[hashOf(required(context, 'code'))];
  if (!code) throw failure('code_unknown');
  if (code.client !== client.id) throw failure('code_of_other');
  if (standinNow() >= code.expiresAt) throw failure('code_expired');
  if (server.pkce) verify(code, parameters['code_verifier']);
  const redirect = parameters['redirect_uri'];
  const isSame = redirect === undefined ? !code.redirectNamed : redirect === code.redirectUri;
  if (!isSame) throw failure('code_redirect');
  if (code.family !== null) {
    const family = state.families[code.family];
    // RFC 6749, 4.1.2: what was issued from it is revoked, as nobody knows who came first; but only for
    // one who could have redeemed it.
    if (family) endFamily(server, state, family, 'code_reuse');
    throw failure('code_used');
  }
  const { account, scopes, details, offline } = code;
  const family = openFamily(state, { client: client.id, account, scopes, details });
  code.family = family.id;
  return issue(server, state, family, { refresh: offline });
};

/** What a token already spent still gets: within grace as the provider has it, else the end of them all. */
const again = (context: TokenContext, family: Family, hash: string, held: RefreshToken): Issued | null => {
  const { server, state } = context;
  const policy = policyFor(server, state, family.client, family.account);
  if (held.spentAt === null) return null;
  family.spentTwice += 1;
  const inGrace = standinNow() < held.spentAt + policy.graceSeconds * 1000;
  const isSuperseded = Object.values(state.refresh).some(
    ({ parent, spentAt }) => parent === hash && spentAt !== null,
  );
  if (!inGrace || (isSuperseded && policy.graceFor === 'previous')) {
    if (policy.reuseRevokesFamily) endFamily(server, state, family, 'reuse');
    throw failure('refresh_spent');
  }
  const { successor } = held;
  if (policy.graceAnswer === 'new' || !successor) return null;
  const token = state.access[hashOf(successor.access)];
  return {
    family,
    ...successor,
    scopes: token?.scopes ?? family.scopes,
    expiresAt: token?.expiresAt ?? null,
    graced: true,
  };
};

const byRefreshToken = (context: TokenContext): Issued => {
  const { server, state, client } = context;
  const value = required(context, 'refresh_token');
  const hash = hashOf(value);
  const held = state.refresh[hash];
  const family = held && state.families[held.family];
  if (!held || !family) throw failure('refresh_unknown');
  if (family.client !== client.id) throw failure('refresh_of_other');
  family.refreshCalls += 1;
  if (family.ended) throw failure('refresh_revoked');
  const policy = policyFor(server, state, client.id, family.account);
  const same = again(context, family, hash, held);
  if (same) return same;
  if (isRefreshDead(policy, family, held)) throw failure('refresh_expired');
  if (family.account !== null && !server.accounts().some(({ id }) => id === family.account)) {
    throw failure('refresh_account_gone');
  }
  const scopes = scopesFor(context, family);
  const graced = held.spentAt !== null;
  const rotates = policy.rotates && policy.refreshTokenOnRefresh;
  moveOn(state, family, policy);
  held.usedAt = standinNow();
  const issued = issue(server, state, family, { refresh: rotates, scopes, parent: hash });
  family.refreshed += 1;
  if (!rotates) return { ...issued, refresh: policy.refreshTokenOnRefresh ? value : null, graced };
  if (policy.spends) held.spentAt ??= standinNow();
  if (policy.graceAnswer === 'same' && issued.refresh !== null) {
    held.successor = { access: issued.access, refresh: issued.refresh };
  }
  return { ...issued, graced };
};

const byClient = (context: TokenContext): Issued => {
  const { server, state, client, parameters } = context;
  if (client.secretHash === null) throw failure('grant_not_allowed', 'client_credentials');
  const scopes = splitScopes(server, parameters['scope']);
  const known = client.scopes ?? server.scopes;
  const beyond = scopes.find((scope) => known !== null && !known.includes(scope));
  if (beyond !== undefined) throw failure('scope_unknown', beyond);
  const family = openFamily(state, { client: client.id, account: null, scopes });
  return issue(server, state, family, { refresh: false });
};

export const grantHandlers: Record<string, (context: TokenContext) => Issued> = {
  authorization_code: byCode,
  refresh_token: byRefreshToken,
  client_credentials: byClient,
};
