/** What an authorization server of the stand-ins remembers: plain data, part of the stand-in's state. */

/** A value that survives the state file. */
export type Data = string | number | boolean | null | Data[] | { [name: string]: Data };

export type Client = {
  id: string;
  /** SHA-256 of the secret; null for a public client. */
  secretHash: string | null;
  /** Each matched exactly. */
  redirectUris: string[];
  /** Regular expressions of whole addresses, for apps that run on any local port. */
  redirectPatterns: string[];
  /** What it may ask for; null is whatever the server knows. */
  scopes: string[] | null;
  /** How it must name itself at the token endpoint; `any` is either. */
  auth: 'basic' | 'post' | 'any';
  /** Grant types it may use; null is all of the server's. */
  grants: string[] | null;
  /** Where its kind differs from the server's policy. */
  policy: Partial<Policy>;
  /** What only the provider's own code reads. */
  details: Record<string, Data>;
};

export type ErrorShape = {
  status: number;
  error: string;
  description?: string;
  /** Sent as `error_uri`. */
  uri?: string;
};

export type ExpiresIn = 'number' | 'text' | 'missing' | 'zero' | 'negative' | 'huge' | 'nan';

/** All times in seconds of the local clock. */
export type Policy = {
  codeSeconds: number;
  /** Null: access tokens do not expire. */
  accessSeconds: number | null;
  /** Whether a refresh answers with another refresh token. */
  rotates: boolean;
  /** Whether the token that was rotated is spent; at Microsoft it lives on. */
  spends: boolean;
  /** How long after its rotation a spent token still works. */
  graceSeconds: number;
  /** Whether that holds only while none of its successors has been used itself. */
  graceFor: 'previous' | 'any';
  /** What it then gets: tokens of its own, or those it already got once. */
  graceAnswer: 'new' | 'same';
  reuseRevokesFamily: boolean;
  /** A refresh token unused for so long is dead; null is never. */
  idleSeconds: number | null;
  /** However often it was used, nothing lives longer than this after the consent; null is forever. */
  absoluteSeconds: number | null;
  /** Whether a refresh ends the access tokens given before. */
  refreshKillsAccess: boolean;
  /** Whether the end of a grant ends access tokens at once, or lets them run out. */
  revocationKillsAccess: boolean;
  /** The most live grants of an account to a client (and with the same scopes); the oldest are dropped. */
  cap: { most: number; per: 'account' | 'scopes' } | null;
  /** False: a refresh answers without `refresh_token`, and the old one stays. */
  refreshTokenOnRefresh: boolean;
  scopeInAnswer: boolean;
  expiresIn: ExpiresIn;
  /** Overrides how every dead refresh token is answered, where documents differ. */
  deadRefresh: ErrorShape | null;
};

/** A policy in force for some: the rule that names more wins, then the later one. */
export type PolicyRule = { client: string | null; account: string | null; policy: Partial<Policy> };

/** What a person has agreed to, for an account and a client. */
export type Consent = { client: string; account: string; scopes: string[]; details: Record<string, Data> };

export type Code = {
  client: string;
  account: string;
  scopes: string[];
  details: Record<string, Data>;
  /** Whether a refresh token comes with it. */
  offline: boolean;
  redirectUri: string;
  /** Whether the request named the address: then the token call must name it too. */
  redirectNamed: boolean;
  challenge: { value: string; method: 'S256' | 'plain' } | null;
  expiresAt: number;
  /** The family it was exchanged for. */
  family: string | null;
};

export type Ending = 'reuse' | 'code_reuse' | 'user' | 'client' | 'cap' | 'provider';

/** All tokens that descend from one consent or one call without a person. */
export type Family = {
  id: string;
  client: string;
  /** Null for a client acting for itself. */
  account: string | null;
  scopes: string[];
  details: Record<string, Data>;
  createdAt: number;
  ended: { at: number; why: Ending } | null;
  generation: number;
  /** Refresh calls that presented one of its tokens, whatever came of them. */
  refreshCalls: number;
  refreshed: number;
  /** Refresh calls that presented a token already spent, in grace or not. */
  spentTwice: number;
  /** Hashes of the newest tokens. */
  currentAccess: string | null;
  currentRefresh: string | null;
};

export type RefreshToken = {
  family: string;
  generation: number;
  issuedAt: number;
  usedAt: number;
  spentAt: number | null;
  expired: boolean;
  /** The hash of the token it was exchanged for. */
  parent: string | null;
  /** What it was exchanged for, kept only where grace answers the same again. */
  successor: { access: string; refresh: string } | null;
};

export type AccessToken = {
  family: string;
  generation: number;
  scopes: string[];
  issuedAt: number;
  expiresAt: number | null;
  revoked: boolean;
};

/** One call of the token endpoint, without secrets. */
export type TokenCall = {
  at: number;
  grant: string;
  client: string | null;
  account: string | null;
  family: string | null;
  /** SHA-256 of the code or refresh token. */
  presented: string | null;
  /** `issued`, `grace` or the reason of the refusal; null where a fault kept the call from being handled. */
  outcome: string | null;
  /** SHA-256 of what was issued. */
  issued: { access: string; refresh: string | null } | null;
  fault: string | null;
};

/**
 * What happens to the next `times` token calls that match. `before`: nothing is handled, only the act
 * happens (a delay is then followed by the handling). `after`: the call is handled, then the act happens to
 * its answer.
 */
export type TokenFault = {
  match: { client?: string; account?: string; family?: string; grant?: string };
  times: number;
  when: 'before' | 'after';
  act:
    | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: unknown }
    | { kind: 'hang' | 'reset' | 'cut' }
    | { kind: 'delay'; ms: number };
};

export type OAuthState = {
  clients: Record<string, Client>;
  rules: PolicyRule[];
  consents: Consent[];
  /** By hash, as are the tokens. */
  codes: Record<string, Code>;
  families: Record<string, Family>;
  access: Record<string, AccessToken>;
  refresh: Record<string, RefreshToken>;
  nextFamily: number;
  calls: TokenCall[];
  faults: TokenFault[];
};
