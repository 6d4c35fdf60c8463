import type * as z from 'zod/mini';
import type { AuthKind, HealthState, Integration, Scope } from '../contract/shapes.ts';

export type ScopeName = z.infer<typeof Scope>;
export type AuthKindName = z.infer<typeof AuthKind>;
export type Health = z.infer<typeof HealthState>;

/** Stored; `disabled` is not a state but the flag `enabled`. */
export type State = 'active' | 'needs_reauth' | 'needs_setup' | 'deleting';

/** Why an integration is in its state of health. */
export type Cause =
  | 'credentials_rejected'
  | 'revoked'
  | 'lost_after_rotation'
  | 'refresh_token_expired'
  | 'missing_scope'
  | 'provider_outage'
  | 'app_rejected'
  | 'subscription_failed'
  | 'disabled_by_person'
  | 'reset'
  | 'consent_withdrawn';

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
};

/** What a use reads, and all it reads: the sealed secret with what decides whether it may be used. */
export type CredentialRecord = {
  id: string;
  provider: string;
  auth: AuthKindName;
  enabled: boolean;
  state: State;
  settings: Record<string, string>;
  account: Account | null;
  /** Counts the sealings; part of what the ciphertext is bound to. */
  sealedVersion: number;
  sealed: Uint8Array | null;
};

export type IntegrationOutput = z.input<typeof Integration>;
