import type * as z from 'zod/mini';
import type { AuthKind, Cause as CauseShape, HealthState, Integration, Scope } from '../contract/shapes.ts';

export type ScopeName = z.infer<typeof Scope>;
export type AuthKindName = z.infer<typeof AuthKind>;
export type Health = z.infer<typeof HealthState>;

/** Stored; `disabled` is not a state but the flag `enabled`. */
export type State = 'active' | 'needs_reauth' | 'needs_setup' | 'deleting';

export type Cause = z.infer<typeof CauseShape>;

export type Account = { id: string; name: string | null; email: string | null; url: string | null };

/** What is shown; holds no ciphertext, so that listing never reads one. */
export type IntegrationRecord = {
  id: string;
  provider: string;
  name: string;
  scope: ScopeName;
  auth: AuthKindName;
  enabled: boolean;
  state: Exclude<State, 'deleting'>;
  cause: Cause | null;
  since: string;
  account: Account | null;
  /** Which of the provider's sites or tenants the account is of; with the account it names the upstream. */
  tenant: string;
  settings: Record<string, string>;
  /** When each secret was last set, by field. */
  secrets: Record<string, string>;
  grantedScopes: string[] | null;
  lastTestedAt: string | null;
  lastSyncAt: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string;
  /** The repeatable call that made it. */
  call: string | null;
};

/**
 * What a use reads, and all it reads: the sealed secrets with what decides whether they may be used.
 * Times are epoch milliseconds. What a person typed in is `sealed`; what a token endpoint gave is `tokens`.
 */
export type CredentialRecord = {
  id: string;
  provider: string;
  auth: AuthKindName;
  enabled: boolean;
  state: State;
  cause: Cause | null;
  settings: Record<string, string>;
  account: Account | null;
  tenant: string;
  /** Scopes granted, in our spelling; null where the provider does not say. */
  grantedScopes: string[] | null;
  /** Counts the sealings; part of what the ciphertext is bound to. */
  sealedVersion: number;
  sealed: Uint8Array | null;
} & TokenState;

/** The part of the refresh protocol; see `lib/tokens/refresh.ts`. */
export type TokenState = {
  tokens: Uint8Array | null;
  tokenVersion: number;
  /** Null where the token does not say when it expires. */
  accessExpiresAt: number | null;
  accessLifetime: number | null;
  /** Whether there is a refresh token, or credentials that make a new one. */
  refreshable: boolean;
  refreshExpiresAt: number | null;
  refreshedAt: number;
  /** Refreshed before anybody needed it, and not used since. */
  aheadRefreshed: boolean;
  /** The OAuth app the tokens belong to. */
  app: { source: 'organization' | 'environment'; clientId: string } | null;
  /** Counts the claims: a refresher whose fence is not the newest must not write. */
  fence: number;
  /** The claim that brought the tokens; absent where a consent did. */
  committedBy?: number;
  holder: string;
  /** By the machine's clock: it is for processes that died. */
  leaseUntil: number;
  /** Since when a refresh may have spent the token without our knowing; absent while none may have. */
  intentSince?: number;
  intentCount: number;
  nextAttemptAt: number;
  /** Tokens that were replaced and still have to be ended at the provider. */
  retired: RetiredTokens[];
};

export type RetiredTokens = {
  tokens: Uint8Array;
  tokenVersion: number;
  app: TokenState['app'];
  /** Whose they are: the integration may be another account's by the time they are ended. */
  tenant: string;
  account: string;
};

/** Of a connection that lives without tokens. */
export const noTokens: TokenState = {
  tokens: null,
  tokenVersion: 0,
  accessExpiresAt: null,
  accessLifetime: null,
  refreshable: false,
  refreshExpiresAt: null,
  refreshedAt: 0,
  aheadRefreshed: false,
  app: null,
  fence: 0,
  holder: '',
  leaseUntil: 0,
  intentCount: 0,
  nextAttemptAt: 0,
  retired: [],
};

export type IntegrationOutput = z.input<typeof Integration>;
