import type { AccountType, Adf, CategoryKey, Limit, Site } from './state.ts';

/** What tests and the seed write: the parts they leave out are filled in `make.ts`. */

/** A moment: ISO 8601, or milliseconds since the epoch. */
export type At = string | number;

export type UserInput = {
  displayName: string;
  email?: string | null;
  accountId?: string;
  accountType?: AccountType;
  emailVisible?: boolean;
  active?: boolean;
  timeZone?: string;
  locale?: string;
};
export type TokenInput = { email: string; token: string; expiresAt?: At | null };

/** People by account id, e-mail address or display name; the rest by name. */
export type IssueInput = {
  project?: string;
  summary?: string;
  description?: string | Adf | null;
  type?: string;
  status?: string;
  priority?: string;
  assignee?: string | null;
  reporter?: string | null;
  labels?: string[];
  created?: At;
  updated?: At;
  resolved?: At | null;
};

export type SiteInput = {
  host: string;
  title?: string;
  users?: UserInput[];
  tokens?: TokenInput[];
  projects?: { key: string; name?: string; lead?: string }[];
  statuses?: { name: string; category: CategoryKey }[];
  priorities?: string[];
  issueTypes?: string[];
  issues?: IssueInput[];
  pageCap?: number;
  limit?: LimitInput | null;
  badCredentials?: Site['badCredentials'];
};

/** `reason` is `jira-burst-based` unless given. */
export type LimitInput = Omit<Limit, 'reason'> & Partial<Limit>;

/** A mistake in what a control was sent. */
export class InputError extends Error {}
