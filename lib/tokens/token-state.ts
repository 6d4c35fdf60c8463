import { now } from '../config/clock.ts';
import type { Manifest, TokenSet } from '../connectors/connector.ts';
import type { AuthKindName, CredentialRecord, TokenState } from '../model/integration.ts';
import { normalized } from '../oauth/scopes.ts';
import { type Due, nextDue } from './due.ts';

/** What of a token answer is stored beside the sealed tokens. */
export const expiryOf = ({
  expiresIn,
  refreshExpiresIn,
}: TokenSet): Pick<TokenState, 'accessExpiresAt' | 'accessLifetime' | 'refreshExpiresAt' | 'refreshedAt'> => {
  const at = now();
  return {
    accessExpiresAt: expiresIn === null ? null : at + expiresIn * 1000,
    accessLifetime: expiresIn === null ? null : expiresIn * 1000,
    refreshExpiresAt: refreshExpiresIn === null ? null : at + refreshExpiresIn * 1000,
    refreshedAt: at,
  };
};

/** What a consent granted, in our spelling; what a provider does not repeat stays as it was. Keys are granted nothing. */
export const grantedBy = (
  { oauth }: Manifest,
  auth: AuthKindName,
  { scopes }: TokenSet,
  before: string[] | null,
): string[] | null => (oauth && auth === 'oauth2' ? (normalized(oauth, scopes) ?? before) : null);

/** When a schedule looks at it next. Only what a person consented to lapses when idle; what we make ourselves does not. */
export const dueOf = (
  { oauth }: Manifest,
  credential: Parameters<typeof nextDue>[0] & Pick<CredentialRecord, 'auth'>,
): Due => nextDue(credential, oauth?.refresh.refreshTtlDays ?? null, credential.auth === 'oauth2');
