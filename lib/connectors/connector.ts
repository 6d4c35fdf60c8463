import type { ErrorCode } from '../contract/codes.ts';
import type { ActivityItem, DateRange } from '../model/activity.ts';
import type { Account, AuthKindName, ScopeName } from '../model/integration.ts';
import type { EntityTypeName, ExternalItem, ExternalTypeName } from '../model/link.ts';

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
  /** The first is what a search without a type looks for. */
  entities: readonly EntityFacts[];
  /** Whether linked persons have activity here: tickets or pull requests. */
  activity: boolean;
  /** Origins of its API; `settings.baseUrl` stands for the origin the holder set. */
  origins: readonly string[];
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
};

/** Opened credentials and the way out, for the time of one call. */
export type Session = {
  settings: Readonly<Record<string, string>>;
  credentials: Readonly<Record<string, string>>;
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

export type Adapter = {
  /** Whose credentials these are: the cheapest call that proves they work. */
  identify: (session: Session) => Promise<Identity>;
  search: (session: Session, request: SearchRequest) => Promise<SearchPage>;
  /** Null where the provider does not know it. */
  read: (session: Session, type: ExternalTypeName, id: string) => Promise<ExternalItem | null>;
  /** Persons with this e-mail address: all who may be meant. */
  findPersons: ((session: Session, email: string) => Promise<ExternalItem[]>) | null;
  /** Given where the manifest says `activity`. */
  activity: CollectActivity | null;
  /** Where and with which headers the proxy calls. */
  proxy: (session: Session) => { origin: string; headers: Record<string, string> };
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
