import { accessOf } from '../../oauth/index.ts';
import { accountByLogin, isoTime, type State, type Token } from '../state.ts';
import { isGithubApp } from './server.ts';

/** What an OAuth token is to the API: a token with scopes, or one with an app's permissions. */

type Installation = { owner: string; permissions: Record<string, 'read' | 'write'> };

export const oauthToken = (state: State, value: string): Token | null => {
  const access = accessOf(state.oauth, value);
  if (!access) return null;
  const { token, family, scopes } = access;
  const client = state.oauth.clients[family.client];
  const isApp = isGithubApp(client);
  const installation = client?.details['installation'] as Installation | undefined;
  const owner = installation && accountByLogin(state, installation.owner);
  return {
    value,
    user: Number(access.account),
    scopes: isApp ? null : scopes,
    grant:
      isApp && owner ? { owner: owner.id, repositories: null, permissions: installation.permissions } : null,
    expiresAt: token.expiresAt === null ? null : isoTime(token.expiresAt),
    ssoRequired: [],
  };
};
