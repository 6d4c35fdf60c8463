import type { Manifest, OAuthApp } from '../connectors/connector.ts';
import { tokensOf } from '../connectors/registry.ts';
import { type TokenOutcome, tokenOutcome } from '../connectors/token-answer.ts';
import { open } from '../credentials/envelope.ts';
import { placeOf } from '../integrations/place.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { appOf } from '../oauth/apps.ts';
import { tokenDoor } from './door.ts';
import { openTokens } from './sealed.ts';

/** A token request that is ready to be sent: everything it needs was read and opened. */
export type ReadyRequest = {
  send: () => Promise<TokenOutcome>;
  /** The refresh token it would spend; null where credentials make a new token. */
  refreshToken: string | null;
};

const nothingSpecial = { dead: [], ours: [] };

/** Null where our OAuth app is gone: nothing can be sent in its name. */
export const readyRequest = async (
  owner: Owner,
  manifest: Manifest,
  credential: CredentialRecord,
): Promise<ReadyRequest | null> => {
  const { refresh, mint } = await tokensOf(manifest.id);
  const { auth, settings, sealed } = credential;
  if (auth !== 'oauth2') {
    if (!mint || !sealed) return null;
    const credentials = await open(placeOf(owner, credential), sealed);
    const send = () =>
      tokenOutcome(tokenDoor(manifest), manifest.oauth?.refresh ?? nothingSpecial, (fetch) =>
        mint({ auth, settings, credentials }, fetch),
      );
    return { send, refreshToken: null };
  }
  const app: OAuthApp | null = await appOf(owner.organizationId, manifest.id, credential.app);
  if (!app || !refresh || !manifest.oauth || !credential.tokens) return null;
  const { refreshToken } = await openTokens(owner, credential, credential.tokenVersion, credential.tokens);
  if (refreshToken === null) return null;
  const facts = manifest.oauth.refresh;
  return {
    send: () => tokenOutcome(tokenDoor(manifest), facts, (fetch) => refresh(app, refreshToken, fetch)),
    refreshToken,
  };
};
