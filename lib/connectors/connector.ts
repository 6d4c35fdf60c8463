import type { ErrorCode } from '../contract/codes.ts';
import type { ActivityItem, DateRange } from '../model/activity.ts';
import type { Account, AuthKindName, ScopeName } from '../model/integration.ts';
import type { EntityTypeName, ExternalItem, ExternalTypeName } from '../model/link.ts';
import type { RecordType, SyncItem, TypeMapping } from '../model/sync.ts';

/**
 * A connector is one folder: `manifest.ts` is data and imports nothing that runs; `adapter.ts` is
 * behaviour, loaded when first used; `map.ts` turns what the provider sends into our shapes. Every
 * member is required: what a provider cannot do is written `null`.
 */
export type Manifest = {
  id: string;
  name: string;
  category: string;
  description: string;
  features: readonly string[];
  /** Who may connect it: the organisation, single users, or both. */
  scopes: readonly ScopeName[];
  status: 'available' | 'coming_soon' | 'premium';
  /** Why it is not simply available. */
  statusReason: string | null;
  /** Whether one owner may connect several. */
  multiple: boolean;
  auth: readonly AuthMethod[];
  /** Null where nothing is connected by consent. */
  oauth: OAuthFacts | null;
  /** The first is what a search without a type looks for. */
  entities: readonly EntityFacts[];
  /** Tickets or pull requests of linked persons, and the granted scopes that takes; null without any. */
  activity: { needs: readonly string[] } | null;
  /** What is kept in step with the provider; null without. */
  sync: SyncFacts | null;
  /** Origins of its API; `settings.baseUrl` stands for the origin the holder set. */
  origins: readonly string[];
  /** Origins of its token and revocation endpoints. */
  tokenOrigins: readonly string[];
  /** Hosts that links and avatars may point to, `*.` for any name below; the origin of `baseUrl` always may. */
  linkHosts: readonly string[];
};

export type AuthMethod = {
  kind: AuthKindName;
  fields: readonly Field[];
  guide: Guide;
};

export type Field = {
  name: string;
  /** `credentials` are sealed and never sent back; `settings` are shown to the holder. */
  in: 'settings' | 'credentials';
  label: string;
  help: string;
  type: 'text' | 'email' | 'url' | 'password' | 'multiline';
  required: boolean;
  /** A regular expression the whole value must match. */
  pattern: string | null;
  maxLength: number;
  placeholder: string | null;
  /** For an address: the hosts it may name, `*.` for any name below; the environment may allow more. Stored as its origin. */
  hosts: readonly string[] | null;
};

export type Guide = {
  prerequisites: readonly string[];
  steps: readonly string[];
  scopes: readonly { scope: string; purpose: string }[];
  troubleshooting: readonly { problem: string; remedy: string }[];
};

export type EntityFacts = {
  type: ExternalTypeName;
  searchable: boolean;
  /** Has a time, so that a search takes `from` and `to`. */
  timed: boolean;
  linkableTo: readonly EntityTypeName[];
  /** What an external id of this type looks like. */
  idPattern: RegExp;
  /** Granted scopes it takes, where the connection has scopes. */
  needs: readonly string[];
};

export type SyncFacts = {
  /** What is read one after the other, each with its own position. */
  streams: readonly string[];
  /** Granted scopes it takes. */
  needs: readonly string[];
  /** Where no stream tells of what was deleted, everything is read again after so many days. */
  fullEveryDays: number;
  /** Pages a minute we ask of one of the provider's tenants, all workers together. */
  perMinute: number;
  /** Of each type of record: what a mapping may draw on, and the mapping that holds without one. */
  types: Partial<Record<RecordType, { sources: readonly string[]; mapping: TypeMapping }>>;
};

/** What a provider's OAuth does, as data; `{tenant}` and the like stand for settings of the OAuth app. */
export type OAuthFacts = {
  authorizeUrl: string;
  tokenUrl: string;
  /** Sent back as `iss` (RFC 9207); null where the provider does not send one. */
  issuer: string | null;
  clientAuth: 'post' | 'basic';
  pkce: boolean;
  scopeSeparator: ' ' | ',';
  /** Further parameters of the authorization URL. */
  parameters: Readonly<Record<string, string>>;
  scopes: readonly { scope: string; purpose: string }[];
  /** Asked for, and never said to be granted or not. */
  silentScopes: readonly string[];
  /** How else the provider spells a scope when it grants it. */
  aliases: Readonly<Record<string, string>>;
  /** Scopes a granted one includes. */
  implies: Readonly<Record<string, readonly string[]>>;
  /** Settings of the OAuth app itself, with their defaults. */
  appSettings: Readonly<Record<string, { pattern: string; standard: string }>>;
  /** What revoking a token ends: itself, every token of the person and app, or nothing is offered. */
  revocation: 'token' | 'account' | 'none';
  refresh: RefreshFacts;
};

export type RefreshFacts = {
  /** Whether using a refresh token replaces it. */
  rotates: boolean;
  /** How long a replaced one still works; 0 unless the provider documents it. */
  graceSeconds: number;
  reuseRevokesFamily: boolean;
  refreshKillsAccess: boolean;
  /** How long an unused refresh token lives; null for ever. */
  refreshTtlDays: number | null;
  /** Whether each use gives it its whole life again. */
  rolling: boolean;
  /** Answers that mean the grant is dead, besides `invalid_grant`. */
  dead: readonly AnswerPattern[];
  /** Answers that mean our app is at fault, besides `invalid_client` and `unauthorized_client`; they win over `dead`. */
  ours: readonly AnswerPattern[];
  /** Refreshes a second we ask of the provider at most. */
  perSecond: number;
};

/** Null matches anything. */
export type AnswerPattern = { status: number | null; error: string | null };

/** Opened credentials and the way out, for the time of one call. */
export type Session = {
  auth: AuthKindName;
  settings: Readonly<Record<string, string>>;
  /** What was typed in; empty where the connection lives by tokens. */
  credentials: Readonly<Record<string, string>>;
  /** Null where the credentials themselves are sent. */
  accessToken: string | null;
  /**
   * Runs an SDK with a `fetch` that goes through the door. Whatever fails inside comes out as one
   * `AppError` with a code of the contract; `repeatable` says that a POST only reads.
   */
  call: <T>(
    run: (fetch: typeof globalThis.fetch) => Promise<T>,
    options?: { repeatable: boolean },
  ) => Promise<T>;
};

/** `tenant` names the site the account is of, where the provider has several, else ''. */
export type Identity = { account: Account; tenant: string };

export type SearchRequest = {
  type: ExternalTypeName;
  query: string | null;
  /** Moments; `to` is not included. Null without bounds. */
  range: DateRange | null;
  limit: number;
  /** What this adapter returned as `next`. */
  after: string | null;
};
export type SearchPage = { items: ExternalItem[]; next: string | null };

/** An answer of the provider; `text` is empty for a success, which an SDK has yet to read. */
export type Refusal = { status: number; headers: Headers; text: string };

/** A site or tenant behind one consent; choosing it sets these settings. */
export type Site = { id: string; name: string; url: string | null; settings: Record<string, string> };

export type Adapter = {
  /** The sites a consent covers; null where there is nothing to choose. */
  sites: ((session: Session) => Promise<Site[]>) | null;
  /** Whose credentials these are: the cheapest call that proves they work. */
  identify: (session: Session) => Promise<Identity>;
  search: (session: Session, request: SearchRequest) => Promise<SearchPage>;
  /** Null where the provider does not know it. */
  read: (session: Session, type: ExternalTypeName, id: string) => Promise<ExternalItem | null>;
  /** Persons with this e-mail address: all who may be meant. */
  findPersons: ((session: Session, email: string) => Promise<ExternalItem[]>) | null;
  /** Given where the manifest says `activity`. */
  activity: CollectActivity | null;
  /** Given where the manifest says `sync`. */
  sync: ReadPage | null;
  /** Where and with which headers the proxy calls. */
  proxy: (session: Session) => { base: string; headers: Record<string, string> };
  /** What an answer means where its status alone would mislead, a success included; null leaves it to the status. */
  classify: Classify | null;
};

/** `retryAfter` in seconds, null where the provider did not say. */
export type Classify = (refusal: Refusal) => { code: ErrorCode; retryAfter: number | null } | null;

export type ActivityRequest = {
  /** External id of the person. */
  personId: string;
  range: DateRange;
  /** GitHub organisations that count; empty means all. */
  organizations: readonly string[];
};

/** Everything of a person in range, however many pages; `complete` false where the provider cut it short. */
export type CollectActivity = (
  session: Session,
  request: ActivityRequest,
) => Promise<{ items: ActivityItem[]; complete: boolean }>;

export type SyncRequest = {
  stream: string;
  /** Where the last run ended; null reads everything. */
  position: string | null;
  /** What this connector returned as `next`. */
  cursor: string | null;
  /** At most so many items. */
  limit: number;
};

export type ChangesPage = {
  items: SyncItem[];
  /** What the provider says was deleted. */
  removed: { type: RecordType; id: string }[];
  /** What could not be read. */
  failed: number;
  next: string | null;
  /** Where the next run begins, on the last page. */
  position: string | null;
  /** How many there are in all, where the provider says. */
  total: number | null;
  /** The position is too old for the provider: everything has to be read again. */
  restart: boolean;
};

/** How a connector's parts run one call with their provider's client. */
export type ClientCall<Client> = <T>(session: Session, run: (client: Client) => Promise<T>) => Promise<T>;

/** One page of what changed since a position; the same request may be made twice. */
export type ReadPage = (session: Session, request: SyncRequest) => Promise<ChangesPage>;

/** What a token endpoint gave; `expiresIn` and `refreshExpiresIn` in seconds, null where unknown. */
export type TokenSet = {
  accessToken: string;
  refreshToken: string | null;
  expiresIn: number | null;
  refreshExpiresIn: number | null;
  /** As the provider spelled them; null where it did not say. */
  scopes: readonly string[] | null;
};

export type OAuthApp = { clientId: string; clientSecret: string; settings: Readonly<Record<string, string>> };

/** A `fetch` to the token endpoint. */
export type TokenFetch = typeof globalThis.fetch;

/**
 * How a connector gets tokens, in `tokens.ts`. Each runs one request of a token endpoint; whatever an
 * SDK makes of the answer, what counts is what was sent and received, read by `token-answer.ts`.
 */
export type Tokens = {
  exchange: ((request: ExchangeRequest, fetch: TokenFetch) => Promise<unknown>) | null;
  refresh: ((app: OAuthApp, refreshToken: string, fetch: TokenFetch) => Promise<unknown>) | null;
  /** For credentials that make tokens by themselves: a service account, client credentials. */
  mint: ((values: MintRequest, fetch: TokenFetch) => Promise<unknown>) | null;
  /** Ends what `revocation` of the manifest says; fails where the provider does not confirm. */
  revoke:
    | ((
        app: OAuthApp,
        token: { accessToken: string; refreshToken: string | null },
        fetch: TokenFetch,
      ) => Promise<void>)
    | null;
};

export type ExchangeRequest = {
  app: OAuthApp;
  redirectUri: string;
  code: string;
  /** Null where the provider does no PKCE. */
  verifier: string | null;
  scopes: readonly string[];
};

export type MintRequest = {
  auth: AuthKindName;
  settings: Readonly<Record<string, string>>;
  credentials: Readonly<Record<string, string>>;
};
