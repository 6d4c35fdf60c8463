import type { AuthServer } from './server.ts';
import { accessWorks, isRefreshDead, policyFor } from './state.ts';
import type { Family, OAuthState, RefreshToken } from './types.ts';

/** A family as the controls show it; tokens by their SHA-256. */

const stateOf = (server: AuthServer, state: OAuthState, family: Family, token: RefreshToken) => {
  if (family.ended) return 'revoked';
  if (token.spentAt !== null) return 'rotated';
  const policy = policyFor(server, state, family.client, family.account);
  return isRefreshDead(policy, family, token) ? 'expired' : 'live';
};

export const familyView = (server: AuthServer, state: OAuthState, family: Family) => {
  const current = state.refresh[family.currentRefresh ?? ''];
  const tokens = Object.entries(state.refresh).filter(([, token]) => token.family === family.id);
  return {
    ...family,
    /** Of a family without a refresh token: whether its access token works. */
    state: current
      ? stateOf(server, state, family, current)
      : accessWorks(state, family.currentAccess)
        ? 'live'
        : family.ended
          ? 'revoked'
          : 'expired',
    accessWorks: accessWorks(state, family.currentAccess),
    refreshTokens: tokens.map(([hash, token]) => ({
      hash,
      generation: token.generation,
      state: stateOf(server, state, family, token),
      issuedAt: token.issuedAt,
      spentAt: token.spentAt,
    })),
  };
};

export type FamilyView = ReturnType<typeof familyView>;
