import type { Manifest, TokenSet } from '../connectors/connector.ts';
import { seal } from '../credentials/envelope.ts';
import type { Owner } from '../model/caller.ts';
import { type CredentialRecord, noTokens, type TokenState } from '../model/integration.ts';
import { sealTokens } from '../tokens/sealed.ts';
import { dueOf, expiryOf, grantedBy } from '../tokens/token-state.ts';
import type { Tried } from './attempt.ts';
import { placeOf } from './place.ts';

/** What of a tried connection is stored for its uses, sealed for this integration and these versions alone. */

type Whose = Pick<CredentialRecord, 'id' | 'provider' | 'enabled'>;
type Before = Pick<
  CredentialRecord,
  'sealedVersion' | 'tokenVersion' | 'fence' | 'retired' | 'grantedScopes'
>;
export type StoredSecrets = Omit<CredentialRecord, 'id' | 'provider' | 'enabled' | 'state' | 'cause'> & {
  due?: string;
  dueAt?: number;
};

export const nothingBefore: Before = {
  sealedVersion: 0,
  tokenVersion: 0,
  fence: 0,
  retired: [],
  grantedScopes: null,
};

const isRefreshable = ({ auth }: Tried, tokens: TokenSet): boolean =>
  auth !== 'oauth2' || tokens.refreshToken !== null;

/** What an integration shows of a connection that works since now. */
export const shownOf = ({ auth, identity, settings, credentials }: Tried, at: string) => ({
  auth,
  state: 'active' as const,
  since: at,
  account: identity.account,
  tenant: identity.tenant,
  settings,
  secrets: Object.fromEntries(Object.keys(credentials).map((field) => [field, at])),
  lastTestedAt: at,
});

/** A newer fence than any claim's: whoever refreshes the old tokens at this moment loses. */
export const secretsOf = async (
  owner: Owner,
  whose: Whose,
  manifest: Manifest,
  tried: Tried,
  app: TokenState['app'],
  before: Before,
): Promise<StoredSecrets> => {
  const { auth, settings, credentials, tokens, identity } = tried;
  const { id, provider, enabled } = whose;
  const hasSecrets = Object.keys(credentials).length > 0;
  const sealedVersion = before.sealedVersion + 1;
  const base = {
    auth,
    settings,
    account: identity.account,
    tenant: identity.tenant,
    sealedVersion,
    sealed: hasSecrets ? await seal(placeOf(owner, { id, provider, sealedVersion }), credentials) : null,
    grantedScopes: null,
  };
  const fence = before.fence + 1;
  if (!tokens)
    return { ...base, ...noTokens, fence, tokenVersion: before.tokenVersion, retired: before.retired };

  const tokenVersion = before.tokenVersion + 1;
  const state: TokenState = {
    ...noTokens,
    ...expiryOf(tokens),
    fence,
    tokenVersion,
    tokens: await sealTokens(owner, { id, provider }, tokenVersion, tokens),
    refreshable: isRefreshable(tried, tokens),
    app,
    retired: before.retired,
  };
  const due = dueOf(manifest, { id, auth, enabled, ...state });
  return {
    ...base,
    ...state,
    grantedScopes: grantedBy(manifest, auth, tokens, before.grantedScopes),
    ...(due ?? {}),
  };
};
