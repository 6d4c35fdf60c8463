import type { OAuthState } from '../oauth/index.ts';

/**
 * What the stand-in for GitHub remembers. Accounts, repositories and items point at each other by id, so
 * that a rename changes one place; times are ISO 8601 in UTC to the second, as GitHub sends them.
 */

export type Account = {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
  name: string | null;
  /** The public e-mail address of the profile; null for most people. */
  email: string | null;
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[];
  bio: string | null;
  company: string | null;
  location: string | null;
  createdAt: string;
  updatedAt: string;
};

export type Membership = { organization: number; user: number; role: 'admin' | 'member'; public: boolean };

export type Token = {
  value: string;
  user: number;
  /** Of a classic token (`ghp_`); null for a fine-grained one (`github_pat_`), which has a grant. */
  scopes: string[] | null;
  grant: FineGrained | null;
  expiresAt: string | null;
  /** Organisations with SAML single sign-on this token was not authorised for. */
  ssoRequired: number[];
};
export type FineGrained = {
  /** The one account whose resources the token may reach. */
  owner: number;
  /** Null: all of the owner's. */
  repositories: number[] | null;
  permissions: Record<string, 'read' | 'write'>;
};

export type Repository = {
  id: number;
  name: string;
  owner: number;
  private: boolean;
  description: string | null;
  language: string | null;
  topics: string[];
  archived: boolean;
  fork: boolean;
  stars: number;
  collaborators: number[];
  /** Former full names in lower case; GitHub answers them with a redirect. */
  formerNames: string[];
  createdAt: string;
  updatedAt: string;
  pushedAt: string;
};

export type ItemState = 'open' | 'closed';
export type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened';

/** An issue or a pull request; GitHub numbers both in one row per repository. */
export type Item = {
  id: number;
  repository: number;
  number: number;
  pull: PullRequest | null;
  title: string;
  body: string | null;
  author: number;
  assignees: number[];
  labels: string[];
  comments: number;
  state: ItemState;
  stateReason: StateReason | null;
  closedBy: number | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
};
export type PullRequest = {
  draft: boolean;
  mergedAt: string | null;
  mergedBy: number | null;
  reviewers: number[];
  head: string;
  base: string;
};

export type RateResource = 'core' | 'search';
/** A limit the stand-in enforces; without one it only counts. `token: null` is for everybody. */
export type RateRule = {
  token: string | null;
  resource: RateResource;
  limit: number;
  status: 403 | 429;
};
export type RateWindow = { used: number /** Epoch seconds. */; reset: number };
export type SecondaryRule = {
  token: string | null;
  times: number;
  status: 403 | 429;
  /** Seconds; null sends no `retry-after`. */
  retryAfter: number | null;
};

export type State = {
  oauth: OAuthState;
  nextId: number;
  accounts: Account[];
  memberships: Membership[];
  tokens: Token[];
  repositories: Repository[];
  items: Item[];
  rateRules: RateRule[];
  secondaryRules: SecondaryRule[];
  /** By `token resource`. */
  rateWindows: Record<string, RateWindow>;
  search: {
    /** How many more searches time out, and how many hits each still finds. */
    incomplete: number;
    keep: number | null;
    /** Whether the advanced syntax holds without `advanced_search=true`. */
    advanced: boolean;
  };
};

export const isoTime = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

const sameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

export const accountById = (state: State, id: number): Account => {
  const account = state.accounts.find((candidate) => candidate.id === id);
  if (!account) throw new Error(`no account ${id}`);
  return account;
};

export const accountByLogin = (state: State, login: string): Account | null =>
  state.accounts.find((account) => sameName(account.login, login)) ?? null;

export const repositoryById = (state: State, id: number): Repository | null =>
  state.repositories.find((repository) => repository.id === id) ?? null;

export const fullNameOf = (state: State, repository: Repository): string =>
  `${accountById(state, repository.owner).login}/${repository.name}`;

export const repositoryByName = (state: State, fullName: string): Repository | null =>
  state.repositories.find((repository) => sameName(fullNameOf(state, repository), fullName)) ?? null;

export const repositoryByFormerName = (state: State, fullName: string): Repository | null =>
  state.repositories.find(({ formerNames }) => formerNames.includes(fullName.toLowerCase())) ?? null;

export const takeId = (state: State): number => {
  state.nextId += 1;
  return state.nextId;
};

export const nextNumber = (state: State, repository: Repository): number =>
  state.items.reduce(
    (most, item) => (item.repository === repository.id ? Math.max(most, item.number) : most),
    0,
  ) + 1;
